import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot, slotBody } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import type { Core } from '../state.ts';
import { step } from '../step.ts';
import type { SlotObservation } from '../wire/observations.ts';
import { MAX_HEARSAY_TERM } from './term.ts';

function read(core: Core, slots: readonly SlotObservation[]): void {
  const times = { begunMs: core.now, endedMs: core.now, wroteMs: core.now };
  const event = { kind: 'reading', volume: 'a', ...times, error: null, seats: [], slots } as const;
  step(core, { kind: 'volume', now: core.now, event });
}

void test('the term in a slot counts if its host has proved that it wrote it', () => {
  const core = connectedCore({ host: 'h2' });
  const told = slot('h3', 3, {}, { termSeen: 100 });
  read(core, [{ ...told, authentic: false }]);
  assert.equal(core.termSeen, 0);
  assert.equal(core.hosts.get('h3')?.said?.termSeen, 100, 'it is known to have been said');
  read(core, [slot('h3', 3, { counter: 2 }, { termSeen: 100, sequence: 2 })]);
  assert.equal(core.termSeen, 100);
});

void test('no host is believed a term that cannot be, itself of a former life included', () => {
  const believed = (termSeen: number): number => {
    const core = connectedCore({ host: 'h2' });
    read(core, [slot('h3', 3, {}, { termSeen })]);
    return core.termSeen;
  };
  assert.equal(believed(MAX_HEARSAY_TERM), MAX_HEARSAY_TERM);
  assert.equal(believed(MAX_HEARSAY_TERM + 1), 0);
  assert.equal(believed(Number.MAX_SAFE_INTEGER), 0);
  const ownBody = slotBody('h2', { termSeen: Number.MAX_SAFE_INTEGER });
  assert.equal(connectedCore({ host: 'h2' }, 100_000, ownBody).termSeen, 0);
  assert.equal(connectedCore({ host: 'h2' }, 100_000, { ...ownBody, termSeen: 9 }).termSeen, 9);
});
