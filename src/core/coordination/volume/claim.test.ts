import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seat, TIMING } from '../../../../test/world/fixtures.ts';
import { connectedCore, Pump, type Script } from '../../../../test/world/pump.ts';
import type { Core } from '../../state.ts';
import type { SeatObservation } from '../../wire/observations.ts';
import type { ClaimEnd } from '../port.ts';
import { claim } from './claim.ts';
import { noteSeats } from './seats.ts';

/** The seats of each lease volume, as its readers find them; the own seat is 1. */
type Store = Map<string, Map<number, SeatObservation>>;

interface Options {
  readonly volumes?: readonly string[];
  /** Seats of others that have stood still for long. */
  readonly old?: readonly SeatObservation[];
  /** Called before each effect is carried out. */
  readonly meanwhile?: (what: string, store: Store, core: Core, volume: string) => void;
  /** Volumes that do not answer, or whose writes do not. */
  readonly dead?: readonly string[];
  readonly slowMs?: number;
  readonly slowWriteMs?: number;
}

const LONG_AGO_MS = 1_000;

const at = (ms: number) => ({ begunMs: ms, endedMs: ms });

function setUp({
  volumes = ['a'],
  old = [],
  meanwhile,
  dead = [],
  slowMs = 50,
  slowWriteMs = slowMs,
}: Options) {
  const core = connectedCore({ volumes: volumes.map((name) => ({ name, lease: true })) });
  const store: Store = new Map(volumes.map((name) => [name, new Map(old.map((one) => [one.index, one]))]));
  for (const volume of core.volumes.values()) noteSeats(volume, old, at(LONG_AGO_MS), TIMING.followMs);
  const seatsOf = (name: string): SeatObservation[] => [...(store.get(name)?.values() ?? [])];
  const script: Script = (effect) => {
    if (!('volume' in effect) || dead.includes(effect.volume)) return null;
    meanwhile?.(effect.do, store, core, effect.volume);
    const begunMs = core.now;
    const afterMs = effect.do === 'write-seat' ? slowWriteMs : slowMs;
    const endedMs = begunMs + afterMs;
    const common = { ok: true as const, begunMs, endedMs };
    if (effect.do === 'write-seat') {
      const counter = (store.get(effect.volume)?.size ?? 0) + core.now;
      store.get(effect.volume)?.set(1, seat('h1', 1, effect.body, counter));
      const result = { of: effect.do, ...common, writtenMs: endedMs, seats: seatsOf(effect.volume) };
      return { result, afterMs };
    }
    if (effect.do !== 'read-volume') return null;
    const result = { of: effect.do, ...common, seats: seatsOf(effect.volume), slots: [], cells: [] };
    return { result, afterMs };
  };
  return { core, store, pump: new Pump(core, script) };
}

function tryClaim(options: Options): ClaimEnd {
  const { core, pump } = setUp(options);
  const end = pump.run(claim(core), 20_000);
  assert.ok(end !== undefined, 'the claim must end');
  return end;
}

const why = (end: ClaimEnd): string => (end.won ? `won term ${end.term}` : end.why);

void test('wins empty seats with term 1, and a former holder’s with a higher one', () => {
  assert.equal(why(tryClaim({})), 'won term 1');
  assert.equal(why(tryClaim({ old: [seat('h2', 2, { term: 7 })] })), 'won term 8');
  assert.equal(why(tryClaim({ old: [seat('h2', 2, { term: 9, phase: 'released' })] })), 'won term 10');
});

void test('the lease counts from before the write, not from its answer', () => {
  const { core, pump } = setUp({ slowMs: 500 });
  const end = pump.run(claim(core), 20_000);
  const write = pump.did('write-seat')[0];
  assert.ok(end?.won === true && write !== undefined);
  const wroteMs = end.renewedMs.get('a') ?? 0;
  assert.ok(core.now - wroteMs >= 500 + core.settings.timing.settleMs, `${core.now - wroteMs} ms`);
});

void test('does not begin while a seat has changed within the lease time', () => {
  for (const [agoMs, begins] of [
    [7_900, false],
    [8_000, true],
  ] as const) {
    const holder = seat('h2', 2);
    const { core, pump, store } = setUp({ old: [holder] });
    const volume = core.volumes.get('a') ?? assert.fail();
    const renewed = seat('h2', 2, {}, 2);
    noteSeats(volume, [renewed], at(core.now - agoMs), TIMING.followMs);
    store.get('a')?.set(2, renewed);
    const end = pump.run(claim(core), 20_000);
    assert.equal(end?.won, begins);
    assert.equal(pump.did('write-seat').length > 0, begins);
  }
});

void test('two at once: who finds another claim of his term withdraws', () => {
  const meanwhile: Options['meanwhile'] = (what, store) => {
    if (what === 'write-seat') store.get('a')?.set(2, seat('h2', 2, { term: 1, phase: 'claiming' }));
  };
  assert.equal(why(tryClaim({ meanwhile })), 'another host claims or holds the lease');
});

void test('a claim of a lower term that shows up in between voids it as well', () => {
  const meanwhile: Options['meanwhile'] = (what, store) => {
    if (what === 'write-seat') store.get('a')?.set(2, seat('h2', 2, { term: 3, phase: 'claiming' }));
  };
  assert.match(why(tryClaim({ old: [seat('h3', 3, { term: 7 })], meanwhile })), /another host/);
});

void test('a holder that renews between check and read-back keeps the lease', () => {
  const meanwhile: Options['meanwhile'] = (what, store) => {
    if (what === 'write-seat') store.get('a')?.set(2, seat('h2', 2, { term: 7 }, 99));
  };
  assert.match(why(tryClaim({ old: [seat('h2', 2, { term: 7 }, 98)], meanwhile })), /another host/);
});

void test('a late write of a deposed holder, landing in between, voids the claim; it never harms', () => {
  let reads = 0;
  const meanwhile: Options['meanwhile'] = (what, store) => {
    if (what === 'read-volume') reads += 1;
    if (reads === 2) store.get('a')?.set(2, seat('h2', 2, { term: 7 }, 99));
  };
  assert.match(why(tryClaim({ old: [seat('h2', 2, { term: 7 }, 98)], meanwhile })), /another host/);
});

void test('a late write hides neither a holder that renews nor a higher claim', () => {
  for (const shown of [{ phase: 'holding' }, { phase: 'claiming', term: 9 }] as const) {
    let reads = 0;
    const meanwhile: Options['meanwhile'] = (what, store, core) => {
      if (what === 'read-volume') reads += 1;
      if (reads !== 2) return;
      const newest = seat('h2', 2, { term: 7, ...shown }, 99);
      noteSeats(
        core.volumes.get('a') ?? assert.fail(),
        [newest],
        at(core.now),
        core.settings.timing.followMs,
      );
      store.get('a')?.set(2, seat('h2', 2, { term: 6, phase: 'released' }, 5));
    };
    assert.match(why(tryClaim({ old: [seat('h2', 2, { term: 7 }, 98)], meanwhile })), /another host/);
  }
});

/** A write of a beat that is no more: an older incarnation, however high its counter. */
const leftBehind = (phase: 'holding' | 'released'): SeatObservation => {
  const late = seat('h2', 2, { term: 1, phase });
  return { ...late, header: { ...late.header, incarnation: 0, counter: 90 } };
};

void test('a late write may cover the last renewal, which nobody has read: it is waited out', () => {
  for (const phase of ['holding', 'released'] as const) {
    // h2 was seen to renew long ago; it has renewed again since, and at once the late write has covered that.
    const { core, pump, store } = setUp({ old: [seat('h2', 2, { term: 2 }, 5)] });
    store.get('a')?.set(2, leftBehind(phase));
    assert.match(why(pump.run(claim(core), 20_000) ?? assert.fail()), /not quiet/);
    pump.pass(TIMING.leaseMs, () => false);
    assert.equal(why(pump.run(claim(core), 20_000) ?? assert.fail()), 'won term 3');
  }
});

void test('a late write between check and read-back may have covered a renewal too', () => {
  let reads = 0;
  const meanwhile: Options['meanwhile'] = (what, store) => {
    if (what === 'read-volume') reads += 1;
    if (reads === 2) store.get('a')?.set(2, leftBehind('released'));
  };
  assert.match(why(tryClaim({ old: [seat('h2', 2, { term: 2 }, 5)], meanwhile })), /another host/);
});

void test('a seat given back is free at once to whoever saw that, and waited for by whoever did not', () => {
  const before = [seat('h2', 2, { term: 2 }, 5)];
  const given = [seat('h2', 2, { term: 2, phase: 'released' }, 6)];
  for (const [agoMs, begins] of [
    [TIMING.beatMs, true],
    [TIMING.followMs, false],
    [null, false],
  ] as const) {
    const { core, pump, store } = setUp({});
    const volume = core.volumes.get('a') ?? assert.fail();
    if (agoMs !== null) noteSeats(volume, before, at(core.now - agoMs - 20), TIMING.followMs);
    noteSeats(volume, given, at(core.now - 20), TIMING.followMs);
    for (const one of given) store.get('a')?.set(one.index, one);
    assert.equal(pump.run(claim(core), 20_000)?.won, begins, `read ${agoMs} ms before`);
  }
});

void test('an own write that a late one of a former beat took away is not held on', () => {
  let reads = 0;
  const meanwhile: Options['meanwhile'] = (what, store) => {
    if (what === 'read-volume') reads += 1;
    if (reads === 2) store.get('a')?.set(1, seat('h1', 1, { term: 1, agent: 'former', phase: 'released' }));
  };
  assert.equal(tryClaim({ meanwhile }).won, false);
});

void test('a claim that took longer than its bound is void', () => {
  assert.equal(why(tryClaim({ slowMs: 450, slowWriteMs: 750 })), 'the claim took too long');
  assert.equal(tryClaim({ slowMs: 450 }).won, true);
});

void test('an unanswered write loses, and keeps the host from claiming again until it is surely over', () => {
  const { core, pump } = setUp({});
  const answers = pump.script;
  pump.script = (effect, at) => (effect.do === 'write-seat' ? null : answers(effect, at));
  assert.equal(
    why(pump.run(claim(core), 20_000) ?? assert.fail()),
    'the claim could not be written on a majority',
  );
  pump.script = answers;
  assert.match(why(pump.run(claim(core), 20_000) ?? assert.fail()), /not readable or not quiet/);
});

void test('a damaged seat may be somebody’s who acts', () => {
  const damaged: SeatObservation = { state: 'damaged', index: 2, host: 'h2', reason: { code: 'torn' } };
  const meanwhile: Options['meanwhile'] = (what, store) => {
    if (what === 'write-seat') store.get('a')?.set(2, damaged);
  };
  assert.match(why(tryClaim({ meanwhile })), /another host/);
});

void test('three lease volumes: one may be lost, two may not', () => {
  const volumes = ['a', 'b', 'c'];
  assert.equal(tryClaim({ volumes }).won, true);
  assert.equal(tryClaim({ volumes, dead: ['c'] }).won, true);
  assert.equal(tryClaim({ volumes, dead: ['b', 'c'] }).won, false);
});

void test('a rival on the minority is a rival', () => {
  const meanwhile: Options['meanwhile'] = (what, store, _core, volume) => {
    if (what === 'write-seat' && volume === 'c') store.get('c')?.set(2, seat('h2', 2, { term: 5 }));
  };
  assert.match(why(tryClaim({ volumes: ['a', 'b', 'c'], meanwhile })), /another host/);
});
