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
  /** The body last written to each volume, to write only changes. At most MAX_VOLUMES. */
  readonly bodies: Map<VolumeName, string>;
}

/** Like a beat's incarnation it starts from the clock of the host, which only makes it a high number. */
export function createPublished(startedUnixMs: number): Published {
  return { sequence: startedUnixMs, words: null, bodies: new Map() };
}

/** A volume was opened, with what this host said there last. */
export function notePublished(published: Published, volume: VolumeName, sequence: number | null): void {
  published.bodies.delete(volume);
  if (sequence === null || sequence < published.sequence) return;
  Object.assign(published, { sequence, words: null });
}

/** With its text, by which a change is seen. */
function ownBody(core: Core): { readonly body: SlotBody; readonly text: string } {
  const words = ownWords(core);
  const { published } = core;
  const said = JSON.stringify(words);
  if (published.words !== said) Object.assign(published, { words: said, sequence: published.sequence + 1 });
  const body = { ...words, sequence: published.sequence };
  return { body, text: JSON.stringify(body) };
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
  const { body, text } = ownBody(core);
  for (const volume of core.volumes.values()) {
    if (!volume.connected || volume.slotIndex === null || core.published.bodies.get(volume.name) === text)
      continue;
    core.published.bodies.set(volume.name, text);
    start(write(core, volume, body, text), () => true);
  }
}

/** Has the body written at once: a task for each volume, true when it stands there. */
export function publishNow(
  core: Core,
): readonly { readonly volume: OwnVolume; readonly written: Task<boolean> }[] {
  const { body, text } = ownBody(core);
  return [...core.volumes.values()]
    .filter(({ connected, slotIndex }) => connected && slotIndex !== null)
    .map((volume) => {
      core.published.bodies.set(volume.name, text);
      return { volume, written: write(core, volume, body, text) };
    });
}

function* write(core: Core, volume: OwnVolume, body: SlotBody, text: string): Task<boolean> {
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
  if (core.published.bodies.get(volume.name) === text) core.published.bodies.delete(volume.name);
  return false;
}
