import { spawn } from 'node:child_process';
import type { Config } from '../../config/schema.ts';
import { timingOf } from '../../config/relations.ts';
import type { VolumeSeen } from './check-volume-child.ts';
import { fine, type Finding, wrong } from './finding.ts';

/** Of an own process, since a hung mount must not hang the command; its start on a busy host counts too. */
export const VOLUME_DEADLINE_MS = 10_000;
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
  const seen = await inChild(volume.path, config.cluster.name, deadlineMs);
  if (seen === null) {
    return wrong(
      what,
      `${volume.path} did not answer within ${deadlineMs} ms`,
      'look at the mount and the storage behind it',
    );
  }
  if (!seen.ok)
    return wrong(
      what,
      seen.detail,
      REMEDY[seen.code] ?? 'look at the path, its rights and the storage behind it',
    );
  const leases = config.volumes.filter(({ role }) => role === 'lease').length;
  const expected = volume.role === 'lease' ? leases : 0;
  if (seen.superblock.leaseVolumes !== expected) {
    const is =
      seen.superblock.leaseVolumes === 0
        ? 'for heartbeats only'
        : `one of ${seen.superblock.leaseVolumes} lease volumes`;
    const should = expected === 0 ? 'heartbeat' : `one of ${expected} with role lease`;
    return wrong(
      what,
      `${volume.path} is ${is}, but the configuration has it as ${should}`,
      'change role, or make the volume anew',
    );
  }
  const { readFreshMs } = timingOf(config);
  const latency = `reads ${seen.medianMs.toFixed(1)} ms, slowest ${seen.slowestMs.toFixed(1)} ms`;
  if (seen.slowestMs > readFreshMs / 2)
    return wrong(what, latency, 'too slow for the timing; measure it with vigil volume probe');
  return fine(what, `${volume.path}: ${latency}, ${seen.superblock.slots} slots`);
}

const REMEDY: Readonly<Record<string, string>> = {
  'no-volume': 'vigil volume init',
  'no-direct-io': 'use storage that allows O_DIRECT: a cached read would show a dead host alive',
  'other-cluster': 'check volumes[].path and cluster.name',
  foreign: 'check volumes[].path',
  'newer-format': 'upgrade Vigil on this host',
};

/** Null: no answer by the deadline. A child stuck in the kernel is left behind; it ends with its I/O. */
async function inChild(path: string, cluster: string, deadlineMs: number): Promise<VolumeSeen | null> {
  return new Promise((resolve) => {
    const entry = process.argv[1] ?? '';
    const child = spawn(process.execPath, [...process.execArgv, entry, 'check-volume', path, cluster], {
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
