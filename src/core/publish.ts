/** What this host says of itself in its slots. */
import { start, type Task } from './lib/task.ts';
import { isFit, ownView } from './link/link.ts';
import { request } from './requests.ts';
import type { Core } from './state.ts';
import type { OwnVolume } from './volumes.ts';
import { MAX_OPEN_INTENTS, type SlotBody } from './wire/records.ts';

const FORMAT_MAX = 1;

function ownBody(core: Core): SlotBody {
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
  const text = JSON.stringify(body);
  for (const volume of core.volumes.values()) {
    if (!volume.connected || volume.slotIndex === null || core.publishedBodies.get(volume.name) === text)
      continue;
    core.publishedBodies.set(volume.name, text);
    start(write(core, volume, body, text), () => true);
  }
}

/** Has the body written at once: a task for each volume, true when it stands there. */
export function publishNow(
  core: Core,
): readonly { readonly volume: OwnVolume; readonly written: Task<boolean> }[] {
  const body = ownBody(core);
  const text = JSON.stringify(body);
  return [...core.volumes.values()]
    .filter(({ connected, slotIndex }) => connected && slotIndex !== null)
    .map((volume) => {
      core.publishedBodies.set(volume.name, text);
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
  if (core.publishedBodies.get(volume.name) === text) core.publishedBodies.delete(volume.name);
  return false;
}
