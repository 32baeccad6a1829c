/** A host without the cluster's key sees seats that anybody may have written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS, seat } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import type { Effect } from '../effect.ts';
import { step } from '../step.ts';
import type { Core } from '../state.ts';
import type { Announce } from '../wire/datagram.ts';

const BEAT_MS = 1_000;
const THERE = { ...ADDRESS, ip: '10.0.0.66' };

/** Beats in which the seat of h9 moves, and where the heartbeats go meanwhile. */
function beats(core: Core, count: number, term: number, authentic: boolean): readonly string[] {
  const effects: Effect[] = [];
  for (let i = 0; i < count; i += 1) {
    const now = core.now + BEAT_MS;
    const seats = [{ ...seat('h9', 9, { term, address: THERE }, now), authentic }];
    const event = { kind: 'reading', volume: 'a', begunMs: now, endedMs: now, wroteMs: now } as const;
    effects.push(
      ...step(core, { kind: 'volume', now, event: { ...event, error: null, seats, slots: null } }),
    );
    effects.push(...step(core, { kind: 'tick', now }));
  }
  return effects.flatMap((effect) =>
    effect.do === 'send' ? [`${effect.host} ${effect.datagram.term}`] : [],
  );
}

const announce = (term: number): Announce => ({
  kind: 'announce',
  cluster: '00000000000000aa',
  host: 'h1',
  boot: 'h1-boot',
  agent: 'h1-agent',
  counter: 1,
  term,
  nonce: '0123456789abcdef',
  echoedCounter: 0,
  leaving: false,
  body: { address: ADDRESS },
});

const slave = (): Core => connectedCore({ host: 'h2', agent: 'h2-agent', eligible: false });

const hear = (core: Core, term: number): void => {
  step(core, { kind: 'datagram', now: core.now, datagram: announce(term), fromIp: ADDRESS.ip });
};

void test('a holder that cannot be checked is followed, and its term is nobody else’s', () => {
  const core = slave();
  assert.deepEqual(beats(core, 2, 100, false), ['h9 0', 'h9 0']);
  assert.equal(core.termSeen, 0);
  assert.deepEqual(beats(slave(), 2, 100, true), ['h9 100', 'h9 100']);
});

void test('a master that proves itself is heard, whatever term stands in a seat that proves nothing', () => {
  const core = slave();
  beats(core, 2, Number.MAX_SAFE_INTEGER, false);
  hear(core, 5);
  assert.equal(core.termSeen, 5);
  assert.deepEqual(beats(core, 3, Number.MAX_SAFE_INTEGER, false), ['h1 5', 'h1 5', 'h1 5']);
});

void test('once it is silent, such a seat is better than nothing again', () => {
  const core = slave();
  hear(core, 5);
  assert.deepEqual(beats(core, 6, 6, false), ['h1 5', 'h1 5', 'h1 5', 'h9 5', 'h9 5', 'h9 5']);
  assert.equal(core.termSeen, 5);
});
