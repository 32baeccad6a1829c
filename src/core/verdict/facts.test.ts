import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service, slot, slotBody, TIMING, view } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { restartClocks, type HostEvidence } from '../evidence/host.ts';
import { noteServices } from '../evidence/nova-witness.ts';
import { evidenceOf, noteEvidence, noteHeartbeat } from '../evidence/note.ts';
import { factsOf } from './facts-now.ts';
import type { Core } from '../state.ts';
import type { Heartbeat } from '../wire/datagram.ts';
import type { SlotBody } from '../wire/records.ts';

interface Seen {
  readonly core: Core;
  readonly h2: HostEvidence;
}

/** The slot of h2 read each second, `alive` times advancing and then `still` times not. */
function seen(alive: number, still: number, body: Partial<SlotBody> = {}): Seen {
  const core = connectedCore();
  for (let n = 0; n < alive + still; n += 1) read(core, Math.min(n + 1, alive), body);
  return { core, h2: core.hosts.get('h2') ?? assert.fail() };
}

function read(
  core: Core,
  counter: number,
  body: Partial<SlotBody> = {},
  agentSilentMs = 0,
  boot = 'h2-boot',
): void {
  core.now += 1_000;
  const volume = core.volumes.get('a') ?? assert.fail();
  const found = slot('h2', 2, { counter, agentSilentMs, boot }, body);
  noteEvidence(core, volume, [found], { begunMs: core.now, endedMs: core.now });
}

function beat(core: Core, counter: number, nonce: string, body: Partial<SlotBody> = {}): string {
  const { address, eligible, role, leaving, timing } = slotBody('h2');
  const datagram: Heartbeat = {
    kind: 'heartbeat',
    cluster: '',
    host: 'h2',
    boot: 'h2-boot',
    agent: 'h2-agent',
    counter,
    term: 0,
    nonce,
    echoedCounter: 0,
    leaving: false,
    body: { view: view(body.view), address, eligible, role, leaving: body.leaving ?? leaving, timing },
  };
  return noteHeartbeat(core, datagram)?.nonce ?? assert.fail();
}

void test('storage: fresh while it advances, undecided while nothing is sure, then lost', () => {
  assert.equal(factsOf(...args(seen(5, 0))).storage, 'fresh');
  assert.equal(factsOf(...args(seen(5, 3))).storage, 'fresh');
  assert.equal(factsOf(...args(seen(5, 4))).storage, 'undecided');
  assert.equal(factsOf(...args(seen(5, 8))).storage, 'lost');
});

void test('a slot that was only ever read standing still is no sign of life', () => {
  assert.equal(factsOf(...args(seen(1, 1))).storage, 'undecided');
});

void test('a volume this host cannot read any more is unseen, and held against nobody', () => {
  const { core, h2 } = seen(5, 8);
  assert.deepEqual(factsOf(core, h2).troubledVolumes, ['a']);
  core.now += 9_000;
  assert.equal(factsOf(core, h2).storage, 'unseen');
  assert.deepEqual(factsOf(core, h2).troubledVolumes, []);
});

void test('a volume that it said it cannot write tells nothing of its end', () => {
  const volumes = [{ uuid: 'uuid-a', name: 'a', writable: false }];
  const { core, h2 } = seen(5, 8, { view: view({ volumes }) });
  assert.equal(factsOf(core, h2).storage, 'none-listed');
  assert.deepEqual(factsOf(core, h2).troubledVolumes, ['a']);
});

void test('every listed volume must be lost: one that was never seen here is unseen', () => {
  const other = { uuid: 'uuid-b', name: 'b', writable: true };
  const { core, h2 } = seen(5, 8, { view: view({ volumes: [...view().volumes, other] }) });
  assert.equal(factsOf(core, h2).storage, 'unseen');
});

void test('the agent is silent when its beat says so', () => {
  const core = connectedCore();
  for (let n = 1; n < 5; n += 1) read(core, n, {}, 7_999);
  assert.equal(factsOf(core, core.hosts.get('h2') ?? assert.fail()).agent, 'speaking');
  read(core, 6, {}, 8_000);
  assert.equal(factsOf(core, core.hosts.get('h2') ?? assert.fail()).agent, 'silent');
});

void test('hearing: told only once its view names no master any more', () => {
  const neighbours = [{ host: 'h3', answer: 'none' as const }];
  const told = (more: Parameters<typeof view>[0]) =>
    factsOf(...args(seen(5, 0, { view: view(more) }))).hearing;
  assert.equal(told({ master: 'h1', neighbours }), 'not-told');
  assert.equal(told({ master: null }), 'not-told');
  assert.equal(told({ master: null, neighbours }), 'nothing');
  assert.equal(told({ master: null, neighbours: [{ host: 'h3', answer: 'kernel' }] }), 'something');
  const isolation = [{ address: 'icmp:10.0.0.254', answered: true }];
  assert.equal(told({ master: null, neighbours, isolation }), 'something');
});

void test('a volume that it does not list is none of its own, unless it has advanced there since', () => {
  const nothing = { view: { ...view(), volumes: [] } };
  const { core, h2 } = seen(1, 9, nothing);
  assert.equal(factsOf(core, h2).storage, 'none-listed');
  read(core, 2, nothing);
  core.now += 4_000;
  assert.equal(factsOf(core, h2).storage, 'undecided');
  for (let n = 0; n < 8; n += 1) read(core, 2, nothing);
  assert.equal(factsOf(core, h2).storage, 'none-listed');
});

void test('witnesses: only answers to probes begun after the loss, and recently', () => {
  const { core, h2 } = seen(5, 8);
  const lossMs = core.now - 8_000;
  const witness = (answer: 'agent' | 'kernel' | 'none', begunMs: number) => {
    h2.probes.set('h3', { answer, begunMs });
    return factsOf(core, h2).witness;
  };
  assert.equal(witness('agent', core.now), 'agent-heard');
  assert.equal(witness('kernel', core.now - TIMING.probeFreshMs), 'kernel-alive');
  assert.equal(witness('agent', core.now - TIMING.probeFreshMs - 1), 'none-alive');
  assert.equal(witness('none', core.now), 'none-alive');
  core.now = lossMs + 1_000;
  assert.equal(witness('agent', lossMs - 1), 'none-alive');
});

void test('nova-compute’s report is a witness, weaker than an answer', () => {
  const { core, h2 } = seen(5, 8);
  noteServices(core.nova, [service('h2', { updatedAt: 'a' })], core.now - 4_000);
  noteServices(core.nova, [service('h2', { updatedAt: 'b' })], core.now - 1_000);
  assert.equal(factsOf(core, h2).witness, 'nova-compute-alive');
  h2.probes.set('h3', { answer: 'kernel', begunMs: core.now });
  assert.equal(factsOf(core, h2).witness, 'kernel-alive');
});

void test('an own stall takes a dead host neither for alive nor for dead', () => {
  const { core, h2 } = seen(5, 8);
  const beforeMs = core.now;
  core.now += 30_000;
  restartClocks(h2, TIMING, beforeMs, core.now);
  assert.equal(factsOf(core, h2).storage, 'undecided');
  for (let n = 0; n < 8; n += 1) read(core, 5);
  assert.equal(factsOf(core, h2).storage, 'lost');
});

void test('an own stall leaves a living host fresh', () => {
  const { core, h2 } = seen(5, 1);
  const beforeMs = core.now;
  core.now += 30_000;
  restartClocks(h2, TIMING, beforeMs, core.now);
  assert.equal(factsOf(core, h2).storage, 'fresh');
});

void test('a heartbeat is life only with the nonce it was given; a replayed one takes it from nobody', () => {
  const core = connectedCore();
  const first = beat(core, 1, '0'.repeat(16));
  assert.equal(factsOf(core, core.hosts.get('h2') ?? assert.fail()).network, 'unseen');
  const nonce = beat(core, 2, first);
  assert.equal(factsOf(core, core.hosts.get('h2') ?? assert.fail()).network, 'fresh');
  const path = core.hosts.get('h2')?.network ?? assert.fail();
  path.challenged = { agent: 'former', boot: 'former', nonce: 'f'.repeat(16) };
  assert.equal(beat(core, 3, nonce), nonce);
});

void test('leaving counts from when it was first seen, however often it is repeated', () => {
  const core = connectedCore();
  const leaving = { why: 'agent-restart', expiresMs: 60_000 } as const;
  read(core, 1, { leaving });
  const firstMs = core.now;
  read(core, 2, { leaving });
  const h2 = core.hosts.get('h2') ?? assert.fail();
  assert.equal(h2.leaving?.firstSeenMs, firstMs);
  read(core, 3, { leaving: null });
  assert.equal(h2.leaving, null);
});

void test('a host whose slot is not understood keeps what was known of it', () => {
  const { core, h2 } = seen(5, 0);
  const volume = core.volumes.get('a') ?? assert.fail();
  core.now += 1_000;
  const torn = { state: 'damaged', index: 2, host: 'h2', reason: { code: 'torn' } } as const;
  noteEvidence(core, volume, [torn], { begunMs: core.now, endedMs: core.now });
  assert.equal(h2.volumes.get('uuid-a')?.readMs, core.now - 1_000);
  assert.ok(evidenceOf(core, 'h2') === h2);
});

function args({ core, h2 }: Seen): [Core, HostEvidence] {
  return [core, h2];
}
