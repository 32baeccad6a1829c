/** A quiet world for the tests of checkers, and what is told in it past Vigil. */
import assert from 'node:assert/strict';
import { addMigration } from '../../src/cloud/model/evacuation.ts';
import type { CloudCall, Migration } from '../../src/core/recovery/cloud.ts';
import type { Report } from '../../src/core/reports/report.ts';
import type { CellObservation } from '../../src/core/wire/observations.ts';
import type { IncidentRecord, Proof, SeatBody, SlotBody } from '../../src/core/wire/records.ts';
import { header, incidentRecord, seat, slotBody } from './fixtures.ts';
import { intent } from './planning.ts';
import { DEFAULT_SERVER } from '../../sim/cluster.ts';
import type { Watch } from '../../sim/checkers/watch.ts';
import type { World } from '../../sim/world.ts';
import { threeHosts } from './three-hosts.ts';

/** `h1` is the master; `vm1` to `vm3` run on the host of their number, `off` and `bad` on none, and nova has them on `h3`. */
export function quietWorld(gate = true): World {
  const vm = (name: string, host: string, state: 'running' | 'stopped' | 'error' = 'running') => ({
    ...DEFAULT_SERVER,
    vm: name,
    host,
    state,
  });
  return threeHosts(
    [...[1, 2, 3].map((n) => vm(`vm${n}`, `h${n}`)), vm('off', 'h3', 'stopped'), vm('bad', 'h3', 'error')],
    gate,
  );
}

export const row = (vm: string, source: string, target: string): Migration => ({
  id: 7,
  vm,
  type: 'evacuation',
  status: 'accepted',
  source,
  target,
  createdAt: '',
  updatedAt: null,
});

export const accepted = (world: World, vm: string, source: string, byVigil = true): void =>
  world.events.emit({ event: 'evacuation-accepted', row: row(vm, source, 'h2'), byVigil });

/** The scheduler has not been asked yet. */
export function openRow({ nova }: World, vm: string, source: string): void {
  nova.state.unscheduled.set(vm, 1);
  addMigration(nova.state, { instanceUuid: vm, type: 'evacuation', status: 'accepted', source, dest: 'h2' });
}

export const FAILED: Report = {
  cause: 'host/h3/failed',
  state: 'begin',
  severity: 'warning',
  host: 'h3',
  title: 'h3 has failed',
  rule: null,
  evidence: {},
  advice: null,
};

export const report = (world: World, more: Partial<Report>): void =>
  world.events.emit({ event: 'report', by: 'h1', report: { ...FAILED, ...more } });

export const journal = (world: World, name: string, data: Readonly<Record<string, unknown>>): void =>
  world.events.emit({ event: 'journal', by: 'h1', name, data });

/** As the incident of `h3` tells it. */
export const bets = (world: World, proof: Proof): void =>
  journal(world, 'incident', {
    id: 'h3-1-1',
    victim: 'h3',
    victimBoot: world.host('h3').boot,
    phase: 'evacuating',
    proof,
    term: 1,
    sequence: 1_000,
  });

/** That `h3` is dead. */
export const believed = (world: World): void =>
  world.events.emit({
    event: 'answered',
    what: 'confirm-dead',
    host: 'h3',
    ok: true,
    words: '',
    ends: false,
  });

export const lease = (world: World, host: string): void =>
  world.events.emit({ event: 'lease', host, holds: true });

export const evacuates = { call: 'evacuate', vm: 'vm3', target: 'h2' } as const;
/** Of requests, in the order in which they were sent. */
let lastRequest = 0;
export const told = (world: World, call: CloudCall, ok = true, by = 'h2', id = (lastRequest += 1)): void =>
  world.events.emit({ event: 'nova-answered', by, id, call, ok });
export const readRows = (world: World, ok: boolean): void =>
  told(world, { call: 'list-migrations', vm: 'vm3' }, ok);

export const sendingUnread = (world: World): void =>
  world.events.emit({ event: 'nova-sending', by: 'h2', call: evacuates });
/** Once it has read the records of the VM. */
export function sending(world: World): void {
  readRows(world, true);
  sendingUnread(world);
}

/** What `h1` has told has ended, it says, and it never begins that again. */
export function endsForGood(world: World, causes: readonly string[]): void {
  const { open } = world.host('h1').core?.reports ?? assert.fail();
  const told = new Map(open);
  for (const cause of causes) {
    report(world, { cause, state: 'end' });
    assert.ok(open.delete(cause), cause);
  }
  open.get = (cause) => told.get(cause);
}

/** That it is about to evacuate `vm3`. */
export function writesDown(world: World, more: Partial<SlotBody> = {}): void {
  const body = slotBody('h2', { intents: [intent({ vm: 'vm3' })], ...more });
  const asked = { do: 'write-body', id: 1, untilMs: 9e9, volume: 'a', body } as const;
  const answer = { of: 'write-body', ok: true, begunMs: 0, endedMs: 0 } as const;
  world.events.emit({ event: 'volume-answered', by: 'h2', asked, answer });
}

/** What stands there: a master of term 1, and this record of `h3`. */
export function readsLease(
  world: World,
  record: Partial<IncidentRecord>,
  held: Partial<SeatBody> = {},
): void {
  const what = ['seats', 'cells'] as const;
  const body = incidentRecord({ victim: 'h3', ...record });
  const cell: CellObservation = {
    state: 'read',
    index: 6,
    slot: 3,
    which: 0,
    host: 'h1',
    header: header({ kind: 'cell' }),
    body,
    bodyBoot: '',
    authentic: true,
  };
  const answer = {
    of: 'read-volume',
    ok: true,
    begunMs: 0,
    endedMs: 0,
    seats: [seat('h1', 1, held)],
    slots: null,
    cells: [cell],
  } as const;
  world.events.emit({
    event: 'volume-answered',
    by: 'h2',
    asked: { do: 'read-volume', id: 2, untilMs: 9e9, volume: 'a', what },
    answer,
  });
}

/** Its lease never ends, whatever it reads. */
export function claims(world: World, host: string): void {
  const core = world.host(host).core ?? assert.fail();
  const { coordination } = core;
  Object.assign(core, {
    coordination: { ...coordination, lease: { ...coordination.lease, remainingMs: () => 1_000 } },
  });
}

/** Each checker that has found something, once. */
export const brokenBy = ({ violations }: Watch): readonly string[] => [
  ...new Set(violations.map(({ checker }) => checker)),
];
