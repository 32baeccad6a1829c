/** What this host says of itself in its slots. */
import { start, type Task } from './lib/task.ts';
import { isFit, ownView } from './link/link.ts';
import { request } from './requests.ts';
import type { Core } from './state.ts';
import type { OwnVolume } from './volumes.ts';
import { MAX_OPEN_INTENTS, type SlotBody, type VolumeName } from './wire/records.ts';

const FORMAT_MAX = 1;

export interface Published {
  /** The last body's. Never below one that any slot of this host shows, nor below one of a former agent of it. */
  sequence: number;
  /** What that body said, as text; null: the next one is a new one in any case. */
  words: string | null;
  /** Sequence of the body last written to each volume, to write only changes. At most MAX_VOLUMES. */
  readonly written: Map<VolumeName, number>;
}

/** Like a beat's incarnation it starts from the clock of the host, which only makes it a high number. */
export function createPublished(startedUnixMs: number): Published {
  return { sequence: startedUnixMs, words: null, written: new Map() };
}

/** A volume was opened, with what this host said there last. */
export function notePublished(published: Published, volume: VolumeName, sequence: number | null): void {
  published.written.delete(volume);
  if (sequence === null || sequence < published.sequence) return;
  Object.assign(published, { sequence, words: null });
}

function ownBody(core: Core): SlotBody {
  const { published } = core;
  const words = ownWords(core);
  const text = JSON.stringify(words);
  if (published.words !== text) Object.assign(published, { words: text, sequence: published.sequence + 1 });
  return { ...words, sequence: published.sequence };
}

function ownWords(core: Core): Omit<SlotBody, 'sequence'> {
  const { settings } = core;
  const { beatMs, networkLostMs, volumeLostMs } = settings.timing;
  return {
    host: settings.host,
    address: settings.address,
    role: settings.role,
    eligible: settings.eligible,
    failureDomain: settings.failureDomain,
    agent: settings.agent,
    termSeen: core.termSeen,
    fit: isFit(core),
    view: ownView(core),
    leaving: core.leaving,
    unjudged: core.ownReboot.unjudged,
    maintenance: core.maintenance,
    intents: [...core.executor.intents.values()].slice(0, MAX_OPEN_INTENTS),
    timing: { beatMs, networkLostMs, volumeLostMs },
    hardwareUuid: settings.hardwareUuid,
    formatMax: FORMAT_MAX,
  };
}

/** Each beat: writes the body where it has changed; the beat itself writes the header anyway. */
export function publish(core: Core): void {
  const body = ownBody(core);
  for (const volume of core.volumes.values()) {
    const { connected, slotIndex, name } = volume;
    if (!connected || slotIndex === null || core.published.written.get(name) === body.sequence) continue;
    start(write(core, volume, body), () => true);
  }
}

/** Has the body written at once: a task for each volume, true when it stands there. */
export function publishNow(
  core: Core,
): readonly { readonly volume: OwnVolume; readonly written: Task<boolean> }[] {
  const body = ownBody(core);
  return [...core.volumes.values()]
    .filter(({ connected, slotIndex }) => connected && slotIndex !== null)
    .map((volume) => ({ volume, written: write(core, volume, body) }));
}

function* write(core: Core, volume: OwnVolume, body: SlotBody): Task<boolean> {
  const { written } = core.published;
  written.set(volume.name, body.sequence);
  const done = yield* request(
    core,
    { do: 'write-body', volume: volume.name, body },
    2 * core.settings.timing.beatMs,
  );
  if (done !== null && done.ok) {
    volume.bodyRefused = null;
    return true;
  }
  const detail = done === null ? 'no answer by the deadline' : done.detail;
  if (volume.bodyRefused !== detail)
    core.outbox.push({ do: 'journal', event: 'body-not-written', data: { volume: volume.name, detail } });
  volume.bodyRefused = detail;
  // Not known to stand there: write it again with the next beat.
  if (written.get(volume.name) === body.sequence) written.delete(volume.name);
  return false;
}
