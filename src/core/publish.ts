/** What this host says of itself in its slots. */
import { isSame } from './lib/same.ts';
import { start, type Task } from './lib/task.ts';
import { isFit, ownView } from './link/link.ts';
import type { Executor } from './recovery/executor.ts';
import { request } from './requests.ts';
import type { Core } from './state.ts';
import type { OwnVolume } from './volumes.ts';
import { fitSlot } from './wire/fit.ts';
import { MAX_OPEN_INTENTS, type Intent, type SlotBody, type VolumeName } from './wire/records.ts';

const FORMAT_MAX = 1;

export interface Published {
  /** The last body's. Never below one that any slot of this host shows, nor below one of a former agent of it. */
  sequence: number;
  /** What that body said; null: the next one is a new one in any case. */
  said: Saying | null;
  /** Sequence of the body last written to each volume, to write only changes. At most MAX_VOLUMES. */
  readonly written: Map<VolumeName, number>;
}

/** What of the body changes while the agent runs. */
type Saying = Pick<
  SlotBody,
  'continues' | 'termSeen' | 'fit' | 'view' | 'leaving' | 'unjudged' | 'maintenance' | 'intents'
>;

/** Like a beat's incarnation it starts from the clock of the host, which only makes it a high number. */
export function createPublished(startedUnixMs: number): Published {
  return { sequence: startedUnixMs, said: null, written: new Map() };
}

/** A volume was opened, with what this host said there last. */
export function notePublished(published: Published, volume: VolumeName, sequence: number | null): void {
  published.written.delete(volume);
  if (sequence === null || sequence < published.sequence) return;
  Object.assign(published, { sequence, said: null });
}

const NO_INTENTS: readonly Intent[] = [];

const openIntents = ({ intents }: Executor): readonly Intent[] =>
  intents.size === 0 ? NO_INTENTS : [...intents.values()];

/**
 * Its slots told of different times, and it has found more intents than one can say. Until those have ended that can come to
 * nothing any more, what stands there says more than anything that it could write.
 */
const cannotSayAll = ({ intents }: Executor): boolean => intents.size > MAX_OPEN_INTENTS;

/** What is to be said now, under a sequence of its own where it is new. */
function say(core: Core): Saying {
  const { published } = core;
  const saying: Saying = {
    continues: core.coordination.intents.continued(core),
    termSeen: core.termSeen,
    fit: isFit(core),
    view: ownView(core),
    leaving: core.leaving,
    unjudged: core.ownReboot.unjudged,
    maintenance: core.maintenance,
    intents: openIntents(core.executor),
  };
  if (published.said === null || !isSame(published.said, saying))
    Object.assign(published, { said: saying, sequence: published.sequence + 1 });
  return saying;
}

function bodyOf({ settings, published }: Core, saying: Saying): SlotBody {
  const { host, address, role, eligible, failureDomain, agent, hardwareUuid } = settings;
  const { beatMs, networkLostMs, volumeLostMs } = settings.timing;
  const { continues, termSeen, fit, view, leaving, unjudged, maintenance, intents } = saying;
  return fitSlot({
    host,
    address,
    role,
    eligible,
    failureDomain,
    agent,
    continues,
    termSeen,
    fit,
    view,
    leaving,
    unjudged,
    maintenance,
    intents,
    timing: { beatMs, networkLostMs, volumeLostMs },
    hardwareUuid,
    formatMax: FORMAT_MAX,
    sequence: published.sequence,
  });
}

/** Each beat: writes the body where it has changed; the beat itself writes the header anyway. */
export function publish(core: Core): void {
  if (cannotSayAll(core.executor)) return;
  const saying = say(core);
  const { written, sequence } = core.published;
  for (const volume of core.volumes.values()) {
    const { connected, slotIndex, name } = volume;
    if (!connected || slotIndex === null || written.get(name) === sequence) continue;
    start(write(core, volume, bodyOf(core, saying)), () => true);
  }
}

/** Has the body written at once: a task for each volume, true when it stands there. */
export function publishNow(
  core: Core,
): readonly { readonly volume: OwnVolume; readonly written: Task<boolean> }[] {
  if (cannotSayAll(core.executor)) return [];
  const body = bodyOf(core, say(core));
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
