/** Power is lost in the middle of a write: the host finds its torn places again, and repairs them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeBlock } from '../../src/core/wire/block.ts';
import { HEADER_BYTES } from '../../src/core/wire/layout.ts';
import {
  connectedHost,
  connectedOf,
  firstSeat,
  firstSlot,
  freshVolume,
  peekBlock,
  pokeBlock,
  seatBodyOf,
  slotBodyOf,
  slotOnDisk,
  startBeat,
  startClient,
  TEST_SLOTS,
  until,
} from './rig.ts';

void test('a host goes on in its torn slot and seat, which say nothing else until its agent has spoken', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const former = await connectedHost(t, dir, volumePath);
  assert.ok((await former.client.writeBody(slotBodyOf('a'))).ok);
  assert.ok((await former.client.writeSeat(seatBodyOf('a'))).ok);
  const { slotIndex, seatIndex, incarnation } = connectedOf(former.events);
  assert.ok(slotIndex !== null && seatIndex !== null);
  former.client.close();
  former.beat.process.kill('SIGKILL');
  await until('the beat is dead', () => former.beat.process.signalCode);
  for (const block of [firstSlot + slotIndex, firstSeat + seatIndex])
    pokeBlock(volumePath, block, new Uint8Array(8), HEADER_BYTES + 16);
  assert.equal(slotOnDisk(volumePath, slotIndex).state, 'damaged');

  const socketPath = join(dir, 'again.sock');
  const beat = startBeat(t, { volumePath, host: 'a', socketPath, bootId: 'f'.repeat(32) });
  const agent = startClient(t, { socketPath, host: 'a' });
  await until('connected', () => agent.has('connected'));
  const again = connectedOf(agent.events);
  assert.deepEqual([again.slotIndex, again.seatIndex, again.ownBody], [slotIndex, seatIndex, null]);
  assert.ok(again.incarnation > incarnation);
  // Beats go by, and nothing stands there that would look like a host without incidents or intents.
  for (let i = 0; i < 2; i += 1) await agent.nextReading(({ error }) => error === null, 'a beat');
  assert.equal(slotOnDisk(volumePath, slotIndex).state, 'damaged');

  assert.ok((await agent.client.writeBody(slotBodyOf('a'))).ok);
  assert.ok((await agent.client.writeSeat(seatBodyOf('a'))).ok);
  await agent.nextReading(({ wroteMs }) => wroteMs !== null, 'a beat that has written');
  const states = Array.from({ length: TEST_SLOTS }, (_, index) => slotOnDisk(volumePath, index).state);
  assert.deepEqual(
    states,
    states.map((_, index) => (index === slotIndex ? 'read' : 'free')),
  );
  assert.equal(decodeBlock(peekBlock(volumePath, firstSeat + seatIndex), 'seat').state, 'read');
  assert.equal(beat.exited(), null);
});
