/**
 * INV-5: who could not read does not act. Whatever an effect rests on was read by the same agent a short while ago, and
 * the last reading of it was whole.
 */
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import type { Check, Checker } from './check.ts';

/** From the answer to what comes of it: other answers are waited for, for 20 s each, and records and intents written. */
const READ_MS = 120_000;
/** What several incidents read, another one may have failed to read since: from the answer to an order of the same round. */
const ROUND_MS = 60_000;
/** Guests of a host are asked for in portions, each of which nova may keep waiting. */
const IN_PLACE_MS = 900_000;

interface Reading {
  readonly call: CloudCall['call'];
  /** Of which host or VM; null: of all. */
  readonly of: string | null;
}

interface Answers {
  /** When it was last read whole. */
  readonly goodMs: number;
  /** Of the newest request that has ended, and whether it was answered. */
  readonly lastId: number;
  readonly isLast: boolean;
}

const NEVER: Answers = { goodMs: -Infinity, lastId: -1, isLast: false };

export function watchActsUnread({ world, violate }: Check): Checker {
  /** By agent and what was read. */
  const answers = new Map<string, Map<string, Answers>>();
  /** By agent that was started anew: what it has asked since. What a former life asked for is answered to nobody. */
  const asked = new Map<string, Set<CloudCall>>();
  const keyOf = ({ call, of }: Reading): string => `${call} ${of ?? ''}`;
  const note = (by: string, reading: Reading, id: number, ok: boolean): void => {
    const own = answers.get(by) ?? new Map<string, Answers>();
    answers.set(by, own);
    const { goodMs, lastId, isLast } = own.get(keyOf(reading)) ?? NEVER;
    // What was asked before may end later, and tells nothing of what was answered since.
    const isNewest = id > lastId;
    own.set(keyOf(reading), {
      goodMs: ok ? world.clock.now : goodMs,
      lastId: Math.max(id, lastId),
      isLast: isNewest ? ok : isLast,
    });
  };
  const demand = (
    by: string,
    effect: string,
    vm: string | null,
    readings: readonly Reading[],
    withinMs = READ_MS,
  ): void => {
    for (const reading of readings) {
      const answer = answers.get(by)?.get(keyOf(reading));
      const ageMs = world.clock.now - (answer?.goodMs ?? -Infinity);
      if (ageMs <= withinMs && (answer?.isLast === true || ageMs < sharedMs(reading))) continue;
      const what = `${reading.call}${reading.of === null ? '' : ` of ${reading.of}`}`;
      const last = ageMs === Infinity ? 'never' : `${ageMs} ms ago`;
      violate(`${by} ${effect}, but could not read ${what}: whole ${last}`, {
        hosts: [by],
        ...(vm === null ? {} : { vm }),
      });
    }
  };
  const onHost = (of: string): readonly Reading[] => [
    { call: 'list-servers', of },
    { call: 'list-host-migrations', of },
  ];
  const everywhere = (...calls: CloudCall['call'][]): readonly Reading[] =>
    calls.map((call) => ({ call, of: null }));

  world.events.listen((event) => {
    if (event.event === 'agent-started') {
      answers.delete(event.host);
      asked.set(event.host, new Set());
    }
    if (event.event === 'nova-answered' && asked.get(event.by)?.delete(event.call) !== false)
      note(event.by, readingOf(event.call), event.id, event.ok);
    if (event.event === 'nova-sending') {
      const { by, call } = event;
      asked.get(by)?.add(call);
      if (call.call === 'evacuate')
        demand(by, `evacuates ${call.vm}`, call.vm, [{ call: 'list-migrations', of: call.vm }]);
      if (call.call === 'hard-reboot')
        demand(by, `starts ${call.vm} in place`, call.vm, [{ call: 'guest-state', of: call.vm }]);
      if (call.call === 'force-down')
        demand(by, 'sets or clears forced_down', null, everywhere('list-services'));
    }
    if (event.event !== 'journal') return;
    const { by, name, data } = event;
    if (name === 'order') {
      const [vm, victim] = [String(data['vm']), String(data['victim'])];
      const readings = [...onHost(victim), ...everywhere('list-capacity', 'list-groups', 'list-services')];
      demand(by, `has ${vm} evacuated`, vm, readings);
    }
    if (name === 'restart-in-place')
      demand(
        by,
        `starts ${String(data['vm'])} in place`,
        String(data['vm']),
        onHost(String(data['host'])),
        IN_PLACE_MS,
      );
    // Where nothing was proven, nothing was done either.
    if (name === 'incident' && data['phase'] === 'closed' && data['proof'] !== null) {
      const victim = String(data['victim']);
      demand(by, `closes the incident of ${victim}`, null, onHost(victim), IN_PLACE_MS);
    }
  });
  return {};
}

/** How old what was read whole may be though somebody has failed to read it since. */
function sharedMs({ call, of }: Reading): number {
  // The list of services is read for other reasons, too.
  if (call === 'list-services') return READ_MS;
  return of === null ? ROUND_MS : 0;
}

function readingOf(call: CloudCall): Reading {
  const of = 'vm' in call ? call.vm : 'host' in call ? call.host : null;
  return { call: call.call, of };
}
