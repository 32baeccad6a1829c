import { misfit } from '../../core/coordination/misfit.ts';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type BeatThere, askBeat } from '../../beat/ask-beat.ts';
import { readHostFacts } from '../../config/host-facts.ts';
import type { Config } from '../../config/schema.ts';
import { timingOf } from '../../config/relations.ts';
import type { SlotSeen, VolumeSeen } from './check-volume-child.ts';
import { fine, type Finding, wrong } from './finding.ts';

/** Of an own process, since a hung mount must not hang the command; its start on a busy host counts too. */
export const VOLUME_DEADLINE_MS = 10_000;
/** As long as a beat that starts watches whether its slot has another writer. */
const WATCH_BEATS = 2.5;
const OUTPUT_BYTES_MAX = 64 * 1024;

type Volume = Config['volumes'][number];

export async function checkVolumes(
  config: Config,
  deadlineMs = VOLUME_DEADLINE_MS,
): Promise<readonly Finding[]> {
  return Promise.all(config.volumes.map(async (volume) => checkVolume(config, volume, deadlineMs)));
}

async function checkVolume(config: Config, volume: Volume, deadlineMs: number): Promise<Finding> {
  const what = `volume ${volume.name}`;
  const watchMs = Math.ceil(WATCH_BEATS * config.timing.beat_ms);
  const args = [volume.path, config.cluster.name, config.host.name, String(watchMs)];
  const socket = join(config.runtime_directory, `${volume.name}.sock`);
  // Before and after: the own beat may start, or be replaced, in between.
  const before = await askBeat(socket);
  const withinMs = deadlineMs + watchMs;
  const seen = await inChild(args, withinMs);
  const beats = [before, await askBeat(socket)];
  if (seen === null) {
    return wrong(
      what,
      `${volume.path} did not answer within ${withinMs} ms`,
      'look at the mount and the storage behind it',
    );
  }
  if (!seen.ok) {
    // All but a bare error of the system say already what to do.
    const remedy = seen.code === 'io' ? 'look at the path, its rights and the storage behind it' : null;
    return wrong(what, seen.detail, remedy);
  }
  const leases = config.volumes.filter(({ role }) => role === 'lease').length;
  const wrongPart = misfit(seen.superblock, volume.role === 'lease', leases);
  if (wrongPart !== null)
    return wrong(what, `${volume.path}: ${wrongPart}`, 'change role, or make the volume anew');
  if (seen.slot?.isWritten === true && !isOwn(config, seen.slot, beats))
    return namesake(config, what, seen.slot);
  const { readFreshMs } = timingOf(config);
  const latency = `reads ${seen.medianMs.toFixed(1)} ms, slowest ${seen.slowestMs.toFixed(1)} ms`;
  if (seen.slowestMs > readFreshMs / 2)
    return wrong(what, latency, 'too slow for the timing; measure it with vigil volume probe');
  return fine(what, `${volume.path}: ${latency}, ${seen.superblock.slots} slots`);
}

/** Does the beat of this configuration write the slot? */
function isOwn(config: Config, slot: SlotSeen, beats: readonly BeatThere[]): boolean {
  const facts = readHostFacts(config);
  return beats.some((beat) => {
    if (beat.is === 'beat') return beat.boot === slot.boot && beat.incarnation === slot.incarnation;
    // One that does not say who it is may be of an older version; it can only be the writer in this very boot.
    return beat.is === 'silent' && facts.ok && facts.boot === slot.boot;
  });
}

function namesake(config: Config, what: string, slot: SlotSeen): Finding {
  const { name } = config.host;
  const where = slot.ip === null ? '' : `, whose agent says that it is at ${slot.ip}`;
  return wrong(
    what,
    `another living beat writes slot ${slot.index} under the name ${name} (boot ${slot.boot}${where})`,
    `stop the agent and beats there, or give one of the two machines another host.name and the keys of that name`,
  );
}

/** Null: no answer by the deadline. A child stuck in the kernel is left behind; it ends with its I/O. */
async function inChild(args: readonly string[], deadlineMs: number): Promise<VolumeSeen | null> {
  return new Promise((resolve) => {
    const entry = process.argv[1] ?? '';
    const child = spawn(process.execPath, [...process.execArgv, entry, 'check-volume', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    const settle = (seen: VolumeSeen | null): void => {
      clearTimeout(timer);
      resolve(seen);
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.unref();
    };
    const timer = setTimeout(() => settle(null), deadlineMs);
    child.on('error', (error) => settle({ ok: false, code: 'io', detail: error.message }));
    child.stdout.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(0, OUTPUT_BYTES_MAX);
    });
    child.on('close', () => settle(parse(text)));
  });
}

function parse(text: string): VolumeSeen {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- printed by this very program
    return JSON.parse(text) as VolumeSeen;
  } catch {
    return { ok: false, code: 'io', detail: 'the process that tried it ended without an answer' };
  }
}
