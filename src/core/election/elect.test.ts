import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seat } from '../../../test/world/fixtures.ts';
import { connectedCore, Pump, type Script } from '../../../test/world/pump.ts';
import { createMastership } from '../master/mastership.ts';
import type { SeatObservation } from '../wire/observations.ts';
import { elect } from './elect.ts';

const BEAT_MS = 1_000;

/** One lease volume, where this host has seat 1; `others` stand beside it from its first write on. */
function volumeWith(others: readonly SeatObservation[]) {
  let seats: readonly SeatObservation[] = [];
  const script: Script = (effect, { now }) => {
    const times = { begunMs: now, endedMs: now };
    if (effect.do === 'write-seat') {
      seats = [seat('h1', 1, effect.body, now), ...others];
      return { result: { of: effect.do, ok: true, ...times, writtenMs: now, seats } };
    }
    if (effect.do !== 'read-volume') return null;
    return { result: { of: effect.do, ok: true, ...times, seats, slots: [], cells: [] } };
  };
  const core = connectedCore({ volumes: [{ name: 'a', lease: true }] });
  return { core, pump: new Pump(core, script) };
}

void test('a holder that finds a term as high in another seat stops acting at once', () => {
  const { core, pump } = volumeWith([seat('h2', 2, { term: 3, phase: 'claiming' })]);
  core.lease = { phase: 'holding', term: 3, renewedMs: new Map([['a', core.now]]), sawPreviousHolder: true };
  core.master = createMastership(3, core.now, true);
  elect(core);
  pump.pass(200);
  assert.equal(core.lease.phase, 'watching');
  assert.equal(core.master, null);
});

void test('a claim that is lost is withdrawn: nobody has to wait for it', () => {
  const { core, pump } = volumeWith([seat('h2', 2, { term: 9, phase: 'claiming' })]);
  const [volume] = core.leaseVolumes;
  for (let beats = 0; beats < 10; beats += 1) {
    Object.assign(volume ?? assert.fail(), { seatsReadMs: core.now });
    elect(core);
    pump.pass(BEAT_MS);
  }
  const [first, second] = pump.did('write-seat').map(({ body }) => body);
  assert.equal(first?.phase, 'claiming');
  assert.equal(second?.phase, 'released');
  assert.equal(second?.term, first.term);
});
