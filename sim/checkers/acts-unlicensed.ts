/**
 * INV-5 and INV-6, of the lease: whoever has nova change something has read seats and cells anew, on a majority of the lease
 * volumes, right before, and they allowed it. One that evacuates a VM had written that down on a majority before it read.
 * What it does it does for one term, that of the order or its own: nothing once it has seen a higher one.
 */
import type { CellObservation, SeatObservation } from '../../src/core/wire/observations.ts';
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import type { IncidentPhase, IncidentRecord, SlotBody, Term } from '../../src/core/wire/records.ts';
import type { World } from '../world.ts';
import type { Check, Checker } from './check.ts';

/** From the reading to the request: the other readings, and one more write, each with its deadline. */
const RIGHT_BEFORE_BEATS = 8;

interface Reading {
  readonly volume: string;
  readonly atMs: number;
  readonly seats: readonly SeatObservation[];
  readonly cells: readonly CellObservation[];
  /** What its reader had written down on a majority by then. */
  readonly intents: ReadonlySet<string>;
}

interface Change {
  readonly words: string;
  readonly victim: string | null;
  readonly vm: string | null;
  readonly phases: readonly IncidentPhase[];
  /** For which it is done; null: nobody has told, and the incident's counts. */
  readonly term: Term | null;
}

type Effect = Omit<Change, 'term'>;

export function watchActsUnlicensed({ world, violate }: Check): Checker {
  const stores = world.volumes.filter(({ lease }) => lease).map(({ name }) => name);
  const majority = Math.floor(stores.length / 2) + 1;
  /** By reader: readings that no request has been made on. */
  const readings = new Map<string, readonly Reading[]>();
  /** By host and volume: the VMs whose intents it has written there. */
  const written = new Map<string, ReadonlySet<string>>();
  /** By host: the newest body that it has written anywhere. */
  const bodies = new Map<string, SlotBody>();
  /** By host: its last term as master. */
  const terms = new Map<string, Term>();
  for (const { name, core } of world.masters()) if (core?.master) terms.set(name, core.master.term);

  const intentsOf = (host: string): ReadonlySet<string> => {
    const all = stores.map((store) => written.get(`${host} ${store}`) ?? new Set<string>());
    const vms = new Set(all.flatMap((one) => [...one]));
    return new Set([...vms].filter((vm) => all.filter((one) => one.has(vm)).length >= majority));
  };

  /** Who has told of a higher term before it began with an order has taken one of a former master. */
  const noteBody = (by: string, body: SlotBody): void => {
    const before = bodies.get(by);
    if (before !== undefined && before.agent === body.agent && before.sequence >= body.sequence) return;
    bodies.set(by, body);
    if (before?.agent !== body.agent) return;
    for (const { vm, incident, attempt, term, phase } of body.intents) {
      // One that was sent may come back from its former life, with a late write of the slot.
      if (phase === 'posted') continue;
      const isOld = before.intents.some(
        (one) => one.vm === vm && one.incident === incident && one.attempt === attempt && one.term === term,
      );
      if (!isOld && term < before.termSeen)
        violate(`${by} begins with an order for ${vm} of term ${term}, and had seen ${before.termSeen}`, {
          hosts: [by],
          vm,
        });
    }
  };
  const termOf = (by: string, vm: string | null): Term | null =>
    (vm === null ? terms.get(by) : bodies.get(by)?.intents.find((intent) => intent.vm === vm)?.term) ?? null;

  /** Of several that it may go by, the oldest that allow it: the newer ones may have been made for something else. */
  const bestOf = (
    fit: readonly Reading[],
    change: Change,
  ): { readonly used: readonly Reading[]; readonly against: string | null } => {
    const oldestFirst = stores.map((store) => fit.filter(({ volume }) => volume === store));
    let against: string | null = null;
    for (let n = 0; ; n += 1) {
      const used = oldestFirst.flatMap((ofStore) => ofStore[n] ?? []);
      if (used.length < majority)
        return {
          used: [],
          against: against ?? 'has not read the lease for that on a majority',
        };
      const why = forbidden(used, change);
      if (why === null) return { used, against: null };
      against ??= why;
    }
  };

  world.events.listen((event) => {
    const { now } = world.clock;
    if (event.event === 'journal' && event.name === 'master') terms.set(event.by, Number(event.data['term']));
    if (event.event === 'volume-answered') {
      const { by, asked, answer } = event;
      if (asked.do === 'write-body') noteBody(by, asked.body);
      if (asked.do === 'write-body' && 'ok' in answer && answer.ok)
        written.set(`${by} ${asked.volume}`, new Set(asked.body.intents.map(({ vm }) => vm)));
      if (answer.of !== 'read-volume' || !answer.ok || answer.seats === null || answer.cells === null) return;
      const { seats, cells } = answer;
      const reading = { volume: asked.volume, atMs: now, seats, cells, intents: intentsOf(by) };
      const recent = (readings.get(by) ?? []).filter(
        ({ atMs }) => now - atMs <= RIGHT_BEFORE_BEATS * world.timing.beatMs,
      );
      readings.set(by, [...recent, reading]);
    }
    if (event.event !== 'nova-sending') return;
    const { by } = event;
    const effect = changeOf(world, event.call);
    if (effect === null) return;
    const change = { ...effect, term: termOf(by, effect.vm) };
    const fit = (readings.get(by) ?? []).filter(
      (reading) =>
        now - reading.atMs <= RIGHT_BEFORE_BEATS * world.timing.beatMs &&
        (change.vm === null || reading.intents.has(change.vm)),
    );
    const { used, against } = bestOf(fit, change);
    readings.set(
      by,
      (readings.get(by) ?? []).filter((reading) => !used.includes(reading)),
    );
    if (against !== null)
      violate(`${by} is about to ${change.words}, and ${against}`, {
        hosts: [by, change.victim],
        ...(change.vm === null ? {} : { vm: change.vm }),
      });
  });
  return {};
}

function changeOf({ nova }: World, call: CloudCall): Effect | null {
  const hostOf = (vm: string): string | null => nova.state.servers.get(vm)?.host ?? null;
  if (call.call === 'evacuate') {
    const { vm } = call;
    return { words: `evacuate ${vm}`, victim: hostOf(vm), vm, phases: ['evacuating'] };
  }
  if (call.call === 'hard-reboot')
    return { words: `start ${call.vm}`, victim: hostOf(call.vm), vm: null, phases: ['returning'] };
  if (call.call !== 'force-down') return null;
  const service = [...nova.state.services.values()].find(({ id }) => id === call.serviceId);
  const victim = service?.host ?? null;
  return call.forcedDown
    ? { words: `force ${victim} down`, victim, vm: null, phases: ['evacuating'] }
    : { words: `force ${victim} up`, victim, vm: null, phases: ['proving', 'returning'] };
}

/** What stands against it in what was read; null: nothing. */
function forbidden(used: readonly Reading[], { victim, phases, term }: Change): string | null {
  const records = used.flatMap(({ cells }) =>
    cells.flatMap((cell) => (cell.state === 'read' && cell.body.victim === victim ? [cell.body] : [])),
  );
  const [record] = records.sort((a, b) => b.term - a.term || b.sequence - a.sequence);
  if (record === undefined) return 'has read of no incident';
  if (!isLicence(record, phases))
    return `has read that the incident is ${record.phase}, proof ${record.proof}`;
  const itsTerm = Math.min(record.term, term ?? record.term);
  const seats = used.flatMap((reading) =>
    reading.seats.flatMap((seat) => (seat.state === 'read' ? seat.body : [])),
  );
  // An older term in the seat of its holder is a late write, which ends nothing.
  const higher = seats.find((seat) => seat.phase !== 'released' && seat.term > itsTerm);
  if (higher !== undefined) return `has read that ${higher.host} has a higher term`;
  const held = seats.filter((seat) => seat.phase === 'holding' && seat.term === itsTerm);
  // A claim that failed where its holder does not read may have had the same term.
  const over = seats.find(
    ({ phase, term, host }) =>
      phase === 'released' && term === itsTerm && held.every((seat) => seat.host === host),
  );
  return over === undefined ? null : `has read that ${over.host} has given the lease of its term back`;
}

function isLicence({ phase, proof, hold }: IncidentRecord, phases: readonly IncidentPhase[]): boolean {
  return phases.includes(phase) && (proof !== null || phase === 'proving') && hold !== 'life-after-failed';
}
