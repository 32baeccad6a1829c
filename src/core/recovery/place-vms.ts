/** Chooses a candidate host for each VM that needs one, one after the other: each choice counts before the next is made. */
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import { type CandidateContext, type CandidateHost, choicesOf, chooseCandidate } from './candidates.ts';
import type { Server } from './cloud.ts';
import type { VmWork } from './incident.ts';
import { notePlace, noteTargets, type PlacesNoted } from './places.ts';
import type { Reading } from './reading.ts';

export interface ToPlace {
  readonly server: Server;
  readonly work: VmWork;
}

export interface PlannedOrder {
  readonly work: VmWork;
  readonly target: HostName;
}

/** One that no host can take says why. */
export function placeVms(
  core: Core,
  master: Mastership,
  reading: Reading,
  { candidates, only }: { readonly candidates: readonly CandidateHost[] } & Pick<CandidateContext, 'only'>,
  toPlace: readonly ToPlace[],
): readonly PlannedOrder[] {
  const planned: PlannedOrder[] = [];
  const hosts = candidates.map((candidate) => ({ ...candidate }));
  const placesOf = places(master, reading);
  const contextOf = ({ server, work }: ToPlace): CandidateContext => ({
    hosts,
    loadMax: core.settings.recovery.ordersPerTargetMax,
    groups: reading.groups,
    placesOf,
    failed: failedLately(work, core.now),
    sourceZone: server.zone,
    only,
  });
  for (const one of inTurn(toPlace, contextOf)) {
    const { server, work } = one;
    const choice = chooseCandidate(server, contextOf(one));
    if (choice.chosen === null) {
      Object.assign(work, {
        state: choice.later ? 'waiting' : 'held',
        target: null,
        reason: `no candidate host: ${choice.whyNot.join('; ')}`,
      });
      continue;
    }
    count(hosts, choice.chosen, server);
    notePlace(placesOf, server.vm, choice.chosen);
    planned.push({ work, target: choice.chosen });
  }
  return planned;
}

const ANY = Number.MAX_SAFE_INTEGER;

/** Those that must be kept apart first, of them the one with the fewest hosts to go to: it must not find that taken. */
function inTurn(
  toPlace: readonly ToPlace[],
  contextOf: (one: ToPlace) => CandidateContext,
): readonly ToPlace[] {
  const choices = new Map(
    toPlace.map((one) => {
      const context = contextOf(one);
      const { vm } = one.server;
      const isApart = context.groups.some(
        ({ policy, members }) => policy === 'anti-affinity' && members.includes(vm),
      );
      return [one, isApart ? choicesOf(one.server, context) : ANY];
    }),
  );
  return toPlace.toSorted((a, b) => (choices.get(a) ?? ANY) - (choices.get(b) ?? ANY));
}

function failedLately({ avoided }: VmWork, now: number): ReadonlyMap<HostName, string> {
  return new Map(
    [...avoided]
      .filter(([, { untilMs }]) => untilMs > now)
      .sort(([, a], [, b]) => a.untilMs - b.untilMs)
      .map(([host, { reason }]) => [host, reason]),
  );
}

function places(master: Mastership, reading: Reading): PlacesNoted {
  const places: PlacesNoted = new Map();
  for (const [vm, hosts] of reading.places) for (const host of hosts) notePlace(places, vm, host);
  noteTargets(places, reading.rows);
  // Where it was brought it may have left since.
  for (const incident of master.incidents.values())
    for (const { vm, target, state } of incident.vms.values())
      if (target !== null && (state !== 'recovered' || !reading.places.has(vm)))
        notePlace(places, vm, target);
  return places;
}

/** Two in a row must not both go to the host that was emptiest at the start. */
function count(
  hosts: { host: HostName; load: number; placed: number; capacity: CandidateHost['capacity'] }[],
  chosen: HostName,
  server: Server,
): void {
  const host = hosts.find((candidate) => candidate.host === chosen);
  if (host === undefined) return;
  host.load += 1;
  host.placed += 1;
  if (host.capacity === null) return;
  const { vcpus, memoryMib, diskGib } = server.flavor;
  host.capacity = {
    host: chosen,
    freeVcpus: host.capacity.freeVcpus - vcpus,
    freeMemoryMib: host.capacity.freeMemoryMib - memoryMib,
    freeDiskGib: host.capacity.freeDiskGib - diskGib,
  };
}
