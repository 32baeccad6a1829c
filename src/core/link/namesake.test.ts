import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS, slot } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import type { Effect } from '../effect.ts';
import { step } from '../step.ts';
import type { Core } from '../state.ts';
import type { SlotObservation } from '../wire/observations.ts';

const THERE = { ...ADDRESS, ip: '10.0.0.99' };
const BEAT_MS = 1_000;

/** What the core asks for within so many beats, its beat on volume a going on. */
function beats(core: Core, count: number, writes = true): readonly Effect[] {
  const effects: Effect[] = [];
  for (let i = 0; i < count; i += 1) {
    const now = core.now + BEAT_MS;
    const wroteMs = writes ? now : null;
    const reading = { begunMs: now, endedMs: now, wroteMs, error: null, seats: [], slots: null } as const;
    effects.push(...step(core, { kind: 'volume', now, event: { kind: 'reading', volume: 'a', ...reading } }));
    effects.push(...step(core, { kind: 'tick', now }));
  }
  return effects;
}

function stopped(core: Core, other: SlotObservation | null): void {
  const event = { kind: 'stopped', volume: 'a', reason: 'foreign-writer', detail: 'words', other } as const;
  step(core, { kind: 'volume', now: core.now, event });
}

const reports = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((effect) =>
    effect.do === 'report' ? [`${effect.report.state} ${effect.report.cause}`] : [],
  );

/** Heartbeats that go to the other machine. */
const greetings = (effects: readonly Effect[]) =>
  effects.flatMap((effect) =>
    effect.do === 'send' && effect.to.ip === THERE.ip && effect.datagram.kind === 'heartbeat'
      ? [effect.datagram]
      : [],
  );

void test('two agents of one name: both report once, and its end', () => {
  const [here, there] = [connectedCore({ agent: 'here' }), connectedCore({ agent: 'there', address: THERE })];
  // The slot is theirs; this one is only told of it, first with its own last words in it.
  stopped(here, slot('h1', 1, {}, { agent: 'here', address: ADDRESS }));
  const first = beats(here, 3, false);
  assert.deepEqual(reports(first), ['begin name/h1']);
  assert.deepEqual(greetings(first), []);
  stopped(here, slot('h1', 1, {}, { agent: 'there', address: THERE }));
  const sent = greetings(beats(here, 3, false));
  assert.equal(sent.length, 3);

  const heard = sent.flatMap((datagram) => [
    ...step(there, { kind: 'datagram', now: there.now, datagram, fromIp: '10.0.0.1' }),
    ...beats(there, 1),
  ]);
  assert.deepEqual(reports(heard), ['begin name/h1']);
  const begun = heard.find((effect) => effect.do === 'report');
  assert.ok(begun?.do === 'report' && begun.report.evidence['ip'] === ADDRESS.ip);
  assert.deepEqual(reports(beats(there, 12)), ['end name/h1']);

  // This one's beat takes the slot again.
  const { uuid, superblock } = here.volumes.get('a') ?? assert.fail();
  assert.ok(uuid !== null && superblock !== null);
  step(here, {
    kind: 'volume',
    now: here.now,
    event: {
      kind: 'connected',
      volume: 'a',
      uuid,
      superblock,
      slotIndex: 1,
      seatIndex: 1,
      incarnation: 2,
      ownBody: null,
    },
  });
  const after = beats(here, 12);
  assert.deepEqual(reports(after), ['end name/h1']);
  assert.deepEqual(greetings(after), []);
});

void test('one old datagram, or an own one that comes back, is nobody', () => {
  const core = connectedCore({ agent: 'here' });
  const other = connectedCore({ agent: 'there' });
  stopped(other, slot('h1', 1, {}, { agent: 'here', address: THERE }));
  const [old] = greetings(beats(other, 1, false));
  assert.ok(old !== undefined);
  for (const datagram of [
    old,
    old,
    { ...old, agent: 'here', counter: 7 },
    { ...old, agent: 'here', counter: 8 },
  ])
    step(core, { kind: 'datagram', now: core.now, datagram, fromIp: '10.0.0.1' });
  assert.deepEqual(reports(beats(core, 3)), []);
});

void test('a slot that another host was given is that volume’s trouble, and no namesake', () => {
  const core = connectedCore();
  stopped(core, slot('h7', 1));
  assert.deepEqual(reports(beats(core, 2, false)), ['begin volume/h1/a']);
});
