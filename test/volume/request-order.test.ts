import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from '../../src/beat/frames.ts';
import type { AgentMessage } from '../../src/core/wire/beat-messages.ts';
import { rawAgent } from './raw-agent.ts';
import { connectedHost, freshVolume, slotBodyOf, startBeat, until } from './rig.ts';

const UNTIL_MS = Number.MAX_SAFE_INTEGER;
const READS = 40;
const reads: readonly AgentMessage[] = Array.from({ length: READS }, (_, place) => ({
  kind: 'read',
  id: place + 1,
  untilMs: UNTIL_MS,
  what: ['slots', 'seats', 'cells'],
}));
const chunk = (messages: readonly AgentMessage[]): Buffer =>
  Buffer.concat(messages.map((message) => encodeFrame(message, 100_000) ?? Buffer.alloc(0)));

void test('behind reads that came at once, neither the seat nor the beat waits', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t, 1_000);
  const socketPath = `${dir}/a.sock`;
  const beat = startBeat(t, { volumePath, host: 'a', socketPath, beatMs: 50 });
  await until('the beat beats', () => beat.logged('beating'));
  const agent = rawAgent(t, socketPath);
  await until('a first reading', () => agent.heard.some(({ kind }) => kind === 'beat'));
  const seat = { kind: 'seat', id: READS + 1, untilMs: UNTIL_MS, payload: '' } as const;
  agent.socket.write(chunk([...reads, seat]));
  const isRead = ({ kind }: { readonly kind: string }): boolean => kind === 'read-done';
  await until('all is read', () => agent.heard.filter(isRead).length === READS);

  const first = agent.heard.findIndex(isRead);
  const last = agent.heard.findLastIndex(isRead);
  const written = agent.heard.findIndex(({ kind }) => kind === 'seat-written');
  // The first portion that comes may end before the seat.
  assert.ok(written !== -1 && written < first + 5, `the seat at ${written}, the first read at ${first}`);
  assert.ok(
    agent.heard.slice(first, last).some((message) => message.kind === 'beat' && message.wroteMs !== null),
    'the beat wrote its slot in between',
  );
  assert.deepEqual(
    agent.heard.flatMap((message) => (message.kind === 'read-done' ? message.id : [])),
    reads.flatMap((message) => ('id' in message ? message.id : [])),
  );
});

void test('what an agent has asked for is not done once another was told what its slot holds', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t, 1_000);
  const { beat, socketPath, client } = await connectedHost(t, dir, volumePath);
  assert.ok((await client.writeBody(slotBodyOf('a'))).ok);
  client.close();
  const former = rawAgent(t, socketPath);
  await until('it is welcome', () => former.heard.some(({ kind }) => kind === 'welcome'));

  // Both are there when the beat goes on.
  beat.process.kill('SIGSTOP');
  const body = { kind: 'body', id: READS + 1, untilMs: UNTIL_MS, payload: '', leaving: true } as const;
  await new Promise((resolve) => former.socket.write(chunk([...reads, body]), resolve));
  const agent = rawAgent(t, socketPath);
  await new Promise((resolve) => agent.socket.write('', resolve));
  beat.process.kill('SIGCONT');
  const welcome = await until('the other is welcome', () =>
    agent.heard.find(({ kind }) => kind === 'welcome'),
  );
  assert.ok(welcome.kind === 'welcome');
  assert.ok((welcome.payload ?? '').length > 0, 'it is told before the body is written');
  assert.equal(welcome.given, true, 'by an agent, in the life of this beat');

  await until('a beat later', () => agent.heard.filter(({ kind }) => kind === 'beat').length > 1);
  agent.say({ kind: 'read', id: 1, untilMs: UNTIL_MS, what: ['slots'] });
  const found = await until('it reads', () => agent.heard.find(({ kind }) => kind === 'read-done'));
  assert.ok(found.kind === 'read-done');
  assert.equal(found.slots?.[0]?.payload, welcome.payload);
});
