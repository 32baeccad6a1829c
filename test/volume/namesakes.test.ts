/** Two hosts with one name, each with a beat and an agent of its own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { askBeat } from '../../src/beat/ask-beat.ts';
import type { VolumeEvent } from '../../src/core/wire/observations.ts';
import {
  BOOT,
  type RunningClient,
  slotBodyOf,
  slotOnDisk,
  startBeat,
  startClient,
  until,
  freshVolume,
} from './rig.ts';

const OTHER_BOOT = 'e'.repeat(32);
const addressOf = (ip: string) => ({ ip, udpPort: 7400, apiPort: 7401 });

function told(client: RunningClient, kind: VolumeEvent['kind']): VolumeEvent | undefined {
  return client.events.findLast((event) => event.kind === kind);
}

function otherAt(client: RunningClient): string | null {
  const stopped = told(client, 'stopped');
  return stopped?.kind === 'stopped' && stopped.other?.state === 'read'
    ? stopped.other.body.address.ip
    : null;
}

void test('a beat whose name lives elsewhere tells its agent who it is, and takes the slot when that one ends', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const [x, y] = [join(dir, 'x.sock'), join(dir, 'y.sock')];
  const first = startBeat(t, { volumePath, host: 'a', socketPath: x });
  const firstAgent = startClient(t, { socketPath: x, host: 'a' });
  await until('the first is connected', () => firstAgent.has('connected'));
  assert.ok((await firstAgent.client.writeBody(slotBodyOf('a', { address: addressOf('192.0.2.7') }))).ok);

  const second = startBeat(t, { volumePath, host: 'a', socketPath: y, bootId: OTHER_BOOT });
  const secondAgent = startClient(t, { socketPath: y, host: 'a' });
  await until('the second knows the address of the first', () => otherAt(secondAgent) === '192.0.2.7');
  assert.ok(second.logged('foreign-writer'));
  const connected = told(secondAgent, 'connected');
  assert.ok(connected?.kind === 'connected' && connected.seatIndex === null && connected.ownBody === null);
  const refused = await secondAgent.client.writeBody(slotBodyOf('a'));
  assert.ok(!refused.ok && refused.error.code === 'foreign-writer');
  const block = slotOnDisk(volumePath, connected.slotIndex ?? -1);
  assert.ok(block.state === 'read' && block.header.boot === BOOT);
  assert.equal(firstAgent.has('stopped'), false, 'the first is not disturbed');
  assert.equal(second.exited(), null);

  const who = await askBeat(x);
  assert.ok(who.is === 'beat' && who.boot === BOOT && who.incarnation === block.header.incarnation);
  assert.equal(firstAgent.has('disconnected'), false, 'the question did not displace the agent');
  assert.deepEqual(await askBeat(join(dir, 'nobody.sock')), { is: 'none' });

  first.process.kill('SIGKILL');
  await until('the second writes', () =>
    secondAgent.events.some((event) => event.kind === 'reading' && event.wroteMs !== null),
  );
  const taken = slotOnDisk(volumePath, connected.slotIndex ?? -1);
  assert.ok(taken.state === 'read' && taken.header.boot === OTHER_BOOT);
});

void test('a beat that is taken over tells its agent by whom, as soon as that one has its say', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const [x, y] = [join(dir, 'x.sock'), join(dir, 'y.sock')];
  const first = startBeat(t, { volumePath, host: 'a', socketPath: x });
  const firstAgent = startClient(t, { socketPath: x, host: 'a' });
  await until('the first is connected', () => firstAgent.has('connected'));
  assert.ok((await firstAgent.client.writeBody(slotBodyOf('a', { address: addressOf('192.0.2.7') }))).ok);
  first.process.kill('SIGSTOP');
  const second = startBeat(t, { volumePath, host: 'a', socketPath: y, bootId: OTHER_BOOT });
  await until('the second beats', () => second.logged('beating'));
  first.process.kill('SIGCONT');
  await until('the first has its own words before it', () => otherAt(firstAgent) === '192.0.2.7');
  const secondAgent = startClient(t, { socketPath: y, host: 'a' });
  await until('the second is connected', () => secondAgent.has('connected'));
  assert.ok((await secondAgent.client.writeBody(slotBodyOf('a', { address: addressOf('192.0.2.8') }))).ok);
  await until('the first knows the address of the second', () => otherAt(firstAgent) === '192.0.2.8');
});
