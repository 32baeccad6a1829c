import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeBlock } from '../../src/core/wire/block.ts';
import { BLOCK_BYTES, HEADER_BYTES } from '../../src/core/wire/layout.ts';
import { ownerOf } from '../../src/drivers/volume/block-reader.ts';
import {
  BOOT,
  TEST_SLOTS,
  firstSlot,
  peekBlock,
  pokeBlock,
  slotBodyOf,
  slotOf,
  slotOnDisk,
  startBeat,
  startClient,
  until,
  freshVolume,
  connectedHost,
  connectedOf,
} from './rig.ts';

function claimed(host: string, incarnation: number, counter: number): Uint8Array {
  const encoded = encodeBlock({
    header: {
      kind: 'slot',
      owner: ownerOf(host),
      boot: BOOT,
      incarnation,
      counter,
      agentSilentMs: 0,
      given: true,
    },
    leaving: false,
    payload: new Uint8Array(),
  });
  assert.ok(encoded.ok);
  return encoded.bytes;
}

void test('two beats of one name: the second gives up, the first goes on', { timeout: 60_000 }, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const socketPath = join(dir, 'a.sock');
  const first = startBeat(t, { volumePath, host: 'a', socketPath });
  await until('the first beats', () => first.logged('beating'));
  const second = startBeat(t, { volumePath, host: 'a', socketPath });
  assert.equal(await until('the second ends', () => second.exited()), 3);
  assert.match(second.log.at(-1)?.exit?.detail ?? '', /another beat writes the place of host "a"/);
  // It has not taken the socket of the first with it.
  const { has } = startClient(t, { socketPath, host: 'a' });
  await until('an agent reaches the first', () => has('connected'));
});

void test('a frozen beat is replaced, and gives way when it wakes', { timeout: 60_000 }, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const socketPath = join(dir, 'a.sock');
  const frozen = startBeat(t, { volumePath, host: 'a', socketPath });
  await until('the first beats', () => frozen.logged('beating'));
  frozen.process.kill('SIGSTOP');
  const second = startBeat(t, { volumePath, host: 'a', socketPath });
  await until('the second beats', () => second.logged('beating'));
  frozen.process.kill('SIGCONT');
  await until('the first stops writing', () => frozen.logged('foreign-writer'));
  frozen.process.kill('SIGTERM');
  await until('the first ends', () => frozen.exited() === 0);
  // It left the socket of the second in place.
  const { has, nextReading } = startClient(t, { socketPath, host: 'a' });
  await until('an agent reaches the second', () => has('connected'));
  await nextReading((reading) => reading.wroteMs !== null && reading.error === null, 'the second writes');
  assert.equal(second.logged('foreign-writer'), false);
});

void test('two beats of one name that start together: one gives up', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const beats = ['x.sock', 'y.sock'].map((name) =>
    startBeat(t, {
      volumePath,
      host: 'a',
      socketPath: join(dir, name),
      bootId: name.startsWith('x') ? BOOT : 'e'.repeat(32),
    }),
  );
  await until('one has given up', () =>
    beats.some((beat) => beat.exited() === 3 || beat.logged('foreign-writer')),
  );
});

void test('a late write of the predecessor is overwritten, a foreign one stops the beat', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const { beat, client, has, events, nextReading } = await connectedHost(t, dir, volumePath);
  const connected = connectedOf(events);
  assert.ok(connected.slotIndex !== null);
  const slot = connected.slotIndex;
  assert.ok((await client.writeBody(slotBodyOf('a'))).ok);

  pokeBlock(volumePath, firstSlot + slot, claimed('a', 1, 99_999));
  await until('the own slot is back', () => {
    const block = slotOnDisk(volumePath, slot);
    return block.state === 'read' && block.header.incarnation > 1 && block.payload.length > 0;
  });
  assert.equal(has('stopped'), false);

  // A half-written block in the own slot is repaired too.
  pokeBlock(volumePath, firstSlot + slot, Uint8Array.of(1, 2, 3), HEADER_BYTES);
  await until('the own slot is whole', () => slotOnDisk(volumePath, slot).state === 'read');

  pokeBlock(volumePath, firstSlot + slot, claimed('b', 5, 1));
  await until('the beat stops writing', () => has('stopped'));
  const told = await nextReading((reading) => reading.error !== null, 'a reading tells of it');
  assert.equal(told.error?.code, 'foreign-writer');
  assert.ok(told.wroteMs === null && told.seats !== null, 'it goes on reading');
  const refused = await client.writeBody(slotBodyOf('a'));
  assert.ok(!refused.ok && refused.error.code === 'foreign-writer');
  const block = slotOnDisk(volumePath, slot);
  assert.ok(block.state === 'read' && block.header.owner === ownerOf('b'), 'the other one was left alone');
  assert.equal(beat.exited(), null);
});

void test('a newer incarnation of the own name stops the beat', { timeout: 60_000 }, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const { has, events } = await connectedHost(t, dir, volumePath);
  const connected = connectedOf(events);
  pokeBlock(volumePath, firstSlot + (connected.slotIndex ?? 0), claimed('a', Date.now() + 1_000_000, 1));
  await until('the beat stops writing', () => has('stopped'));
});

void test('a full volume is told, and a freed slot is found', { timeout: 60_000 }, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  for (let slot = 0; slot < TEST_SLOTS; slot++) {
    pokeBlock(volumePath, firstSlot + slot, claimed(`other${slot}`, 1, 1));
  }
  const { beat, client, events, nextReading } = await connectedHost(t, dir, volumePath);
  const connected = connectedOf(events);
  assert.ok(connected.slotIndex === null && connected.seatIndex !== null);
  const told = await nextReading((reading) => reading.error !== null, 'a reading tells that it is full');
  assert.equal(told.error?.code, 'volume-full');
  const refused = await client.writeBody(slotBodyOf('a'));
  assert.ok(!refused.ok && refused.error.code === 'volume-full');
  assert.ok(beat.logged('volume-full'));

  pokeBlock(volumePath, firstSlot + 5, new Uint8Array(BLOCK_BYTES));
  await until('the freed slot is taken', () =>
    events.some((event) => event.kind === 'connected' && event.slotIndex === 5),
  );
});

void test('damaged slots are named, and neither hide others nor are taken', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const [a, b] = [join(dir, 'a.sock'), join(dir, 'b.sock')];
  startBeat(t, { volumePath, host: 'a', socketPath: a });
  const beatB = startBeat(t, { volumePath, host: 'b', socketPath: b });
  const [observer, other] = [
    startClient(t, { socketPath: a, host: 'a' }),
    startClient(t, { socketPath: b, host: 'b' }),
  ];
  observer.client.watch(true);
  await until('connected', () => observer.has('connected') && other.has('connected'));
  assert.ok((await other.client.writeBody(slotBodyOf('b'))).ok);
  assert.ok((await observer.client.writeBody(slotBodyOf('a'))).ok);
  const seen = await observer.nextReading((reading) => slotOf(reading, 'b') !== null, 'b is seen');
  const indexB = slotOf(seen, 'b')?.index ?? -1;
  const indexA = slotOf(seen, 'a')?.index ?? -1;
  beatB.process.kill('SIGKILL');
  await until('b is dead', () => beatB.process.signalCode);
  const whole = peekBlock(volumePath, firstSlot + indexB);
  const free = [...Array(TEST_SLOTS).keys()].filter((index) => index !== indexA && index !== indexB);

  const reasonAt = async (index: number, code: string) => {
    const reading = await observer.nextReading(
      (reading) =>
        reading.slots?.some(
          (slot) => slot.state === 'damaged' && slot.index === index && slot.reason.code === code,
        ) ?? false,
      `slot ${index} is ${code}`,
    );
    assert.ok(slotOf(reading, 'a') !== null, 'the others are still read');
    const slot = reading.slots?.find((each) => each.index === index);
    return slot?.state === 'damaged' ? slot : null;
  };

  pokeBlock(volumePath, firstSlot + (free[0] ?? 0), Buffer.from('some file system'));
  assert.equal((await reasonAt(free[0] ?? 0, 'bad-magic'))?.host, null);
  pokeBlock(volumePath, firstSlot + (free[1] ?? 0), whole);
  const copy = await reasonAt(free[1] ?? 0, 'misplaced');
  assert.deepEqual(copy?.reason, { code: 'misplaced', writtenFor: indexB });
  pokeBlock(volumePath, firstSlot + indexB, Uint8Array.of(0xff), HEADER_BYTES + 20);
  assert.equal((await reasonAt(indexB, 'torn'))?.host, 'b', 'whose slot it was is not forgotten');
  pokeBlock(volumePath, firstSlot + indexB, whole);
  await observer.nextReading((reading) => slotOf(reading, 'b') !== null, 'b is readable again');
  pokeBlock(volumePath, firstSlot + indexB, Uint8Array.of(0xff), 40);
  assert.equal((await reasonAt(indexB, 'header-checksum'))?.host, 'b');
  pokeBlock(volumePath, firstSlot + indexB, whole);
  // Displaces the observer, and holds another key for b.
  observer.client.close();
  const suspicious = startClient(t, { socketPath: a, host: 'a', wrongKeyFor: 'b' });
  suspicious.client.watch(true);
  const judged = await suspicious.nextReading((reading) => slotOf(reading, 'a') !== null, 'a is read again');
  const slotB = judged.slots?.find((slot) => slot.index === indexB);
  assert.ok(slotB?.state === 'damaged' && slotB.reason.code === 'bad-mac', JSON.stringify(slotB));
  const last = free.at(-1) ?? -1;
  for (const index of free.slice(0, -1)) pokeBlock(volumePath, firstSlot + index, Buffer.from('x'));
  const c = startBeat(t, { volumePath, host: 'c', socketPath: join(dir, 'c.sock') });
  await until('a third host takes the one that is neither used nor damaged', () =>
    c.log.some((line) => line.event === 'beating' && line.detail?.includes(`slot ${last},`)),
  );
  const d = startBeat(t, { volumePath, host: 'd', socketPath: join(dir, 'd.sock') });
  await until('a fourth finds no room among the damaged', () => d.logged('volume-full'));
});
