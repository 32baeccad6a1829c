import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS, slot, TIMING } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteEvidence } from '../evidence/note.ts';
import type { Core } from '../state.ts';
import type { Announce, Echo } from '../wire/datagram.ts';
import { fitHeartbeat } from '../wire/fit.ts';
import { hearMaster, heartbeatTo, hearsMaster, probeWhileMissing } from './link.ts';

const said = (host: string, term: number) => ({
  cluster: '00000000000000aa',
  host,
  boot: `${host}-boot`,
  agent: `${host}-agent`,
  counter: 1,
  term,
  nonce: '0123456789abcdef',
  leaving: false,
  body: { address: ADDRESS },
});

const announce = (host: string, term: number): Announce => ({
  kind: 'announce',
  ...said(host, term),
  echoedCounter: 0,
});
const echo = (host: string, term: number, echoedCounter: number): Echo => ({
  kind: 'echo',
  ...said(host, term),
  echoedCounter,
});

/** Has heard the announcement of h2 with term 5, and sent ten heartbeats since. */
function follower(): Core {
  const core = connectedCore();
  hearMaster(core, announce('h2', 5));
  core.link.counter = 10;
  return core;
}

void test('a master of a higher term is followed, one of an older term is not', () => {
  const core = follower();
  hearMaster(core, announce('h3', 4));
  assert.equal(core.link.master?.host, 'h2');
  hearMaster(core, announce('h3', 6));
  assert.equal(core.link.master?.host, 'h3');
  assert.equal(core.termSeen, 6);
});

void test('the answer of the master to a recent heartbeat is heard, and no other', () => {
  const heard = (answer: Echo): boolean => {
    const core = follower();
    hearMaster(core, answer);
    return hearsMaster(core);
  };
  assert.equal(heard(echo('h2', 5, 10)), true);
  assert.equal(heard(echo('h2', 5, 7)), true);
  assert.equal(heard(echo('h2', 5, 6)), false, 'four beats old');
  assert.equal(heard(echo('h2', 5, 11)), false, 'to a heartbeat that was not sent');
  assert.equal(heard(echo('h2', 4, 10)), false, 'of an older term');
  assert.equal(heard(echo('h3', 5, 10)), false, 'of somebody else');
});

void test('neighbours are asked from the moment the master is lost, and not before', () => {
  const core = follower();
  const volume = core.volumes.get('a') ?? assert.fail();
  noteEvidence(core, volume, [slot('h3', 3)], { begunMs: core.now, endedMs: core.now });
  const asksAfter = (silentMs: number): boolean => {
    core.link.echoMs = core.now - silentMs;
    probeWhileMissing(core);
    return core.outbox.splice(0).some((effect) => effect.do === 'probe');
  };
  assert.equal(asksAfter(TIMING.networkLostMs - 1), false);
  assert.equal(asksAfter(TIMING.networkLostMs), true);
});

void test('whom it heard is told until a master answers, also while the next one is waited for', () => {
  const core = follower();
  core.link.echoMs = core.now - TIMING.networkLostMs;
  Object.assign(core.link, { neighbours: [{ host: 'h3', answer: 'agent' }], probedMs: core.now });
  hearMaster(core, announce('h4', 6));
  probeWhileMissing(core);
  assert.deepEqual(core.link.neighbours, [{ host: 'h3', answer: 'agent' }]);
  hearMaster(core, echo('h4', 6, 10));
  probeWhileMissing(core);
  assert.deepEqual(core.link.neighbours, []);
});

void test('a heartbeat that has no room for all that was probed says what fits', () => {
  const host = 'h'.repeat(63);
  const core = connectedCore({ host });
  const neighbours = Array.from({ length: 8 }, () => ({ host, answer: 'agent' }) as const);
  const isolation = Array.from({ length: 4 }, (_, n) => ({
    address: `icmp:2001:0db8:0001:0002:0003:0004:0005:000${n}`,
    answered: true,
  }));
  Object.assign(core.link, { neighbours, isolation });
  const sent = heartbeatTo(core, 'h2', ADDRESS, 1);
  assert.ok(sent.do === 'send' && sent.datagram.kind === 'heartbeat');
  const { body } = sent.datagram;
  assert.deepEqual(body.view.neighbours, neighbours);
  assert.equal(body.view.isolation.length, 1);
  assert.equal(fitHeartbeat(host, body), body);
});
