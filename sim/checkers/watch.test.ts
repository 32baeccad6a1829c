/** Each checker bites: the world is made to break exactly one promise, past Vigil. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMigration } from '../../src/cloud/model/evacuation.ts';
import type { Migration } from '../../src/core/recovery/cloud.ts';
import type { Report } from '../../src/core/reports/report.ts';
import type { CellObservation } from '../../src/core/wire/observations.ts';
import type { IncidentRecord, Proof } from '../../src/core/wire/records.ts';
import { header, incidentRecord, seat, slotBody } from '../../test/world/fixtures.ts';
import { intent } from '../../test/world/planning.ts';
import { act } from '../actions/act.ts';
import { DEFAULT_SERVER, DEFAULT_SETTINGS, defaultHosts } from '../cluster.ts';
import { settle } from '../scenario/settle.ts';
import type { World } from '../world.ts';
import { CHECKERS, type CheckerName } from './names.ts';
import { missing } from './wanted.ts';
import { type Watch, watch } from './watch.ts';

/** `h1` is the master; `vm1` to `vm3` run on the host of their number, `off` and `bad` on none, and nova has them on `h3`. */
function quietWorld(gate = true): World {
  const vm = (name: string, host: string, state: 'running' | 'stopped' | 'error' = 'running') => ({
    ...DEFAULT_SERVER,
    vm: name,
    host,
    state,
  });
  const settled = settle({
    hosts: defaultHosts(3),
    leaseVolumes: 1,
    settings: { ...DEFAULT_SETTINGS, gate },
    servers: [
      ...[1, 2, 3].map((n) => vm(`vm${n}`, `h${n}`)),
      vm('off', 'h3', 'stopped'),
      vm('bad', 'h3', 'error'),
    ],
    groups: [],
    cold: false,
  });
  assert.ok(settled.ok);
  return settled.world;
}

const row = (vm: string, source: string, target: string): Migration => ({
  id: 7,
  vm,
  type: 'evacuation',
  status: 'accepted',
  source,
  target,
  createdAt: '',
  updatedAt: null,
});

const accepted = (world: World, vm: string, source: string, byVigil = true): void =>
  world.events.emit({ event: 'evacuation-accepted', row: row(vm, source, 'h2'), byVigil });

const openRow = ({ nova }: World, vm: string, source: string): unknown =>
  addMigration(nova.state, { instanceUuid: vm, type: 'evacuation', status: 'accepted', source, dest: 'h2' });

const FAILED: Report = {
  cause: 'host/h3/failed',
  state: 'begin',
  severity: 'warning',
  host: 'h3',
  title: 'h3 has failed',
  rule: null,
  evidence: {},
  advice: null,
};

const report = (world: World, more: Partial<Report>): void =>
  world.events.emit({ event: 'report', by: 'h1', report: { ...FAILED, ...more } });

const journal = (world: World, name: string, data: Readonly<Record<string, unknown>>): void =>
  world.events.emit({ event: 'journal', by: 'h1', name, data });

/** As the incident of `h3` tells it. */
const bets = (world: World, proof: Proof): void =>
  journal(world, 'incident', {
    id: 'h3-1-1',
    victim: 'h3',
    victimBoot: world.host('h3').boot,
    phase: 'evacuating',
    proof,
  });

/** That `h3` is dead. */
const believed = (world: World): void =>
  world.events.emit({
    event: 'answered',
    what: 'confirm-dead',
    host: 'h3',
    ok: true,
    words: '',
    ends: false,
  });

const lease = (world: World, host: string): void => world.events.emit({ event: 'lease', host, holds: true });

const evacuates = { call: 'evacuate', vm: 'vm3', target: 'h2' } as const;
const asked = (world: World): void => world.events.emit({ event: 'nova-asked', by: 'h2', call: evacuates });
const readRows = (world: World, ok: boolean): void =>
  world.events.emit({ event: 'nova-answered', by: 'h2', call: { call: 'list-migrations', vm: 'vm3' }, ok });

const sending = (world: World): void =>
  world.events.emit({ event: 'nova-sending', by: 'h2', call: evacuates });

/** That it is about to evacuate `vm3`. */
function writesDown(world: World): void {
  const body = slotBody('h2', { intents: [intent({ vm: 'vm3' })] });
  const asked = { do: 'write-body', id: 1, untilMs: 9e9, volume: 'a', body } as const;
  const answer = { of: 'write-body', ok: true, begunMs: 0, endedMs: 0 } as const;
  world.events.emit({ event: 'volume-answered', by: 'h2', asked, answer });
}

/** What stands there: a master of term 1, and this record of `h3`. */
function readsLease(world: World, record: Partial<IncidentRecord>): void {
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
    seats: [seat('h1', 1)],
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
function claims(world: World, host: string): void {
  const core = world.host(host).core ?? assert.fail();
  const { coordination } = core;
  Object.assign(core, {
    coordination: { ...coordination, lease: { ...coordination.lease, remainingMs: () => 1_000 } },
  });
}

type Break = (world: World, watched: Watch) => void;

const BREAKS: Readonly<Record<CheckerName, Readonly<Record<string, Break>>>> = {
  'runs-twice': {
    'a guest starts on a second host': ({ guests }) => guests.start('vm1', 'h2'),
    'a guest starts on a second host, since nova refused somebody to evacuate it': (world) => {
      act(world, { do: 'evacuate-by-hand', vm: 'vm1', to: 'h2' });
      world.guests.start('vm1', 'h2');
    },
    'a guest starts on a second host, long after somebody has evacuated it': (world) => {
      accepted(world, 'vm1', 'h1', false);
      world.run(5_000);
      world.guests.start('vm1', 'h2');
    },
  },
  'source-alive': {
    'an evacuation of a VM that runs on a host that is heard': (world) => accepted(world, 'vm3', 'h3'),
    'a bet on a silence that is a second too short': (world) => {
      world.freeze('h3');
      world.run(12_000);
      bets(world, 'silence');
    },
    'a bet while nova-compute reports': (world) => {
      for (const what of ['agent', 'beats'] as const)
        act(world, { do: 'kill', what, hosts: ['h3'], lateWriteMs: null });
      world.run(30_000);
      bets(world, 'silence');
    },
    'an evacuation on the word of somebody whom no core has believed': (world) => {
      act(world, { do: 'confirm-dead', host: 'h3', on: 'h1', by: 'ann' });
      bets(world, 'operator');
      accepted(world, 'vm3', 'h3');
    },
    'an evacuation on a word that was said of a silence that is over': (world) => {
      believed(world);
      world.run(10_000);
      bets(world, 'operator');
      accepted(world, 'vm3', 'h3');
    },
    'an evacuation on a word that was said of another life': (world) => {
      believed(world);
      act(world, { do: 'reboot', host: 'h3', forMs: 1_000 });
      world.run(2_000);
      world.guests.start('vm3', 'h3');
      bets(world, 'operator');
      accepted(world, 'vm3', 'h3');
    },
  },
  'two-evacuations': {
    'a second evacuation while one is open': (world) => {
      openRow(world, 'off', 'h3');
      openRow(world, 'off', 'h3');
      accepted(world, 'off', 'h3');
    },
  },
  'living-host': {
    'a guest is stopped on a host that lives': ({ guests }) => guests.stop('vm3', 'h3'),
    'a VM is rebooted while it runs': ({ events }) =>
      events.emit({ event: 'rebooted', vm: 'vm3', host: 'h3', ran: true }),
    'a host is declared that has been heard all the time': (world) => {
      world.run(21_000);
      journal(world, 'declared', { victim: 'h3', victimBoot: world.host('h3').boot });
    },
    'a host is to be forced down that has been heard for long': (world) => {
      world.run(11_000);
      const serviceId = world.nova.state.services.get('h3')?.id ?? assert.fail();
      writesDown(world);
      readsLease(world, {});
      world.events.emit({
        event: 'nova-sending',
        by: 'h2',
        call: { call: 'force-down', serviceId, forcedDown: true },
      });
    },
  },
  'acts-unread': {
    'an evacuation by one that has not read its records': asked,
    'an evacuation by one that could not read its records any more': (world) => {
      readRows(world, true);
      readRows(world, false);
      asked(world);
    },
  },
  'acts-unlicensed': {
    'an evacuation by one that has not read the lease': (world) => {
      writesDown(world);
      sending(world);
    },
    'an evacuation that was written down after the lease was read': (world) => {
      readsLease(world, {});
      writesDown(world);
      sending(world);
    },
    'an evacuation though the incident was read to be closed': (world) => {
      writesDown(world);
      readsLease(world, { phase: 'closed' });
      sending(world);
    },
    'an evacuation without a proof': (world) => {
      writesDown(world);
      readsLease(world, { proof: null });
      sending(world);
    },
    'an evacuation for a master that was read to be replaced': (world) => {
      writesDown(world);
      readsLease(world, { term: 0 });
      sending(world);
    },
    'two evacuations on one reading': (world) => {
      writesDown(world);
      readsLease(world, {});
      sending(world);
      sending(world);
    },
  },
  'two-masters': {
    'a second agent acts as master': (world) => {
      for (const host of ['h1', 'h2']) lease(world, host);
      claims(world, 'h2');
      world.run(200);
    },
  },
  'outlives-lease': {
    'a master acts whose seat nobody could write for the time of a lease': (world) => {
      claims(world, 'h1');
      for (const { name } of world.volumes)
        act(world, { do: 'volume', volume: name, how: 'hangs', hosts: ['h1', 'h2', 'h3'] });
      world.run(7_000);
    },
  },
  'forgotten-vm': {
    'a VM that should run runs nowhere, and nobody shows it': (world) => {
      Object.assign(world.nova.state.servers.get('bad') ?? assert.fail(), { vmState: 'active' });
      world.run(130_000);
    },
  },
  'report-once': {
    'a cause begins twice': (world) => {
      report(world, { state: 'begin' });
      report(world, { state: 'begin' });
    },
    'a cause ends that has not begun': (world) => report(world, { state: 'end' }),
    'a cause never ends': (world, watched) => {
      report(world, { state: 'begin' });
      watched.atRest();
    },
  },
  'state-lost': {
    'a master knows nothing of an open incident': (world) => {
      lease(world, 'h1');
      journal(world, 'incident', { victim: 'h3', phase: 'evacuating' });
      world.run(32_000);
    },
    'maintenance is forgotten': (world, watched) => {
      const said = { what: 'maintenance', host: 'h3', ok: true, words: '', ends: false } as const;
      world.events.emit({ event: 'answered', ...said });
      watched.atRest();
    },
  },
  'started-early': {
    'nova-compute starts while a VM of its host is evacuated': (world) => {
      openRow(world, 'off', 'h3');
      world.events.emit({ event: 'gate-open', host: 'h3' });
    },
  },
  'comes-to-rest': {
    'nobody is master': (world, watched) => {
      world.killAgent('h1');
      watched.atRest();
    },
    'a VM that should run runs nowhere': (world, watched) => {
      Object.assign(world.nova.state.servers.get('bad') ?? assert.fail(), { vmState: 'active' });
      watched.atRest();
    },
  },
  'says-why': {
    'a report without a title': (world) => report(world, { title: ' ' }),
    'a hold without a word of what would end it': (world) =>
      report(world, { cause: 'incident/h3/held', severity: 'critical', advice: null }),
  },
};

const brokenBy = ({ violations }: Watch): readonly string[] => [
  ...new Set(violations.map(({ checker }) => checker)),
];

describe('the checkers', () => {
  it('find nothing in a quiet world', () => {
    const world = quietWorld();
    const watched = watch(world);
    world.run(300_000);
    watched.atRest();
    assert.deepEqual([watched.violations, watched.bets], [[], []]);
  });

  for (const checker of CHECKERS)
    for (const [what, breakIt] of Object.entries(BREAKS[checker])) {
      it(`${checker}: ${what}`, () => {
        const world = quietWorld();
        const watched = watch(world);
        breakIt(world, watched);
        assert.deepEqual(brokenBy(watched), [checker], JSON.stringify(watched.violations));
      });

      it(`${checker} that is allowed: ${what}`, () => {
        const world = quietWorld();
        const watched = watch(world, new Set([checker]));
        breakIt(world, watched);
        assert.deepEqual(watched.violations, []);
      });
    }

  it('know who was master before they looked', () => {
    const world = quietWorld();
    const watched = watch(world);
    lease(world, 'h2');
    claims(world, 'h2');
    world.run(200);
    assert.deepEqual(brokenBy(watched), ['two-masters']);
  });

  it('count a bet that is lost, and blame nobody for what comes of it', () => {
    const world = quietWorld();
    const watched = watch(world);
    act(world, { do: 'cut', hosts: ['h3'] });
    for (const { name } of world.volumes)
      act(world, { do: 'volume', volume: name, how: 'hangs', hosts: ['h3'] });
    world.run(60_000);
    assert.ok(world.guests.runs('vm3', 'h3') && (world.guests.running.get('vm3')?.size ?? 0) === 2);
    assert.deepEqual(
      watched.bets.map(({ bet, vm, host }) => [bet, vm, host]),
      [['silence', 'vm3', 'h3']],
    );
    assert.deepEqual(watched.violations, []);
  });

  it('blame nobody for what a person does past Vigil', () => {
    const world = quietWorld();
    const watched = watch(world);
    act(world, { do: 'stop-vm', vm: 'vm3' });
    world.run(5_000);
    accepted(world, 'vm1', 'h1', false);
    accepted(world, 'vm2', 'h2', false);
    world.guests.start('vm2', 'h3');
    assert.equal(world.guests.on('h3').has('vm3'), false);
    assert.deepEqual(watched.violations, []);
  });

  it('blame nobody for what starts on a host that is shutting down', () => {
    const world = quietWorld();
    const watched = watch(world);
    act(world, { do: 'guest-dies', vm: 'vm3' });
    act(world, { do: 'restart', host: 'h3', forMs: 20_000 });
    world.run(1_000);
    world.guests.start('vm3', 'h3');
    world.run(300_000);
    assert.equal(world.guests.runs('vm3', 'h3'), false);
    assert.deepEqual(watched.violations, []);
  });

  it('ask nobody to know what a late write has covered before it was read', () => {
    const beginsAgain = (isCovered: boolean): readonly string[] => {
      const world = quietWorld();
      const watched = watch(world);
      world.killAgent('h1');
      world.run(100);
      report(world, { state: 'begin' });
      world.run(1_000);
      const seat = { host: 'h1', volume: 'a' };
      const begunMs = world.localMs(world.host('h1'));
      world.events.emit({ event: 'seat-written', ...seat, phase: 'holding', begunMs });
      if (isCovered) world.events.emit({ event: 'late-write-landed', ...seat });
      world.run(8_500);
      lease(world, 'h2');
      world.events.emit({ event: 'report', by: 'h2', report: FAILED });
      return brokenBy(watched);
    };
    assert.deepEqual(beginsAgain(false), ['report-once']);
    assert.deepEqual(beginsAgain(true), []);
  });

  it('count what comes of having no start gate, and of that alone', () => {
    const betsOf = (gate: boolean, phase: string): readonly string[] => {
      const world = quietWorld(gate);
      const watched = watch(world);
      journal(world, 'incident', { victim: 'h3', phase, proof: 'reboot' });
      world.events.emit({ event: 'gate-open', host: 'h3' });
      accepted(world, 'vm3', 'h3');
      return [...watched.bets.map(({ bet }) => bet), ...brokenBy(watched)];
    };
    assert.deepEqual(betsOf(false, 'evacuating'), ['no-gate']);
    assert.deepEqual(betsOf(false, 'returning'), ['source-alive']);
    assert.deepEqual(betsOf(true, 'evacuating'), ['source-alive']);
  });

  it('count a bet when it is made: a request that is on its way cannot be recalled', () => {
    const betsOf = (isSentInTime: boolean): readonly string[] => {
      const world = quietWorld();
      const watched = watch(world);
      const sends = (): void => {
        writesDown(world);
        readsLease(world, {});
        sending(world);
      };
      journal(world, 'incident', { victim: 'h3', phase: 'evacuating', proof: 'silence' });
      // Or they would see to it themselves.
      for (const agent of ['h1', 'h2']) world.killAgent(agent);
      world.freeze('h3');
      world.run(25_000);
      if (isSentInTime) sends();
      world.thaw('h3');
      world.run(1_000);
      if (!isSentInTime) sends();
      accepted(world, 'vm3', 'h3');
      return [...watched.bets.map(({ bet }) => bet), ...brokenBy(watched)];
    };
    assert.deepEqual(betsOf(true), ['silence']);
    assert.deepEqual(betsOf(false), ['source-alive']);
  });

  it('know maintenance that has happened, not what was asked for', () => {
    const isForgotten = (isHeard: boolean): readonly string[] => {
      const world = quietWorld();
      const watched = watch(world);
      act(world, { do: 'maintenance', host: 'h3', what: 'start' });
      world.run(1_000);
      if (!isHeard) world.killAgent('h3');
      act(world, { do: 'maintenance', host: 'h3', what: 'end' });
      world.run(1_000);
      act(world, { do: 'power-off', hosts: ['h3'] });
      world.run(2_000);
      return missing(world, watched.released).map(({ uuid }) => uuid);
    };
    assert.deepEqual(isForgotten(false), []);
    assert.deepEqual(isForgotten(true), ['vm3']);
  });
});
