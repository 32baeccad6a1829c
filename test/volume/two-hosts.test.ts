import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeFrame } from '../../src/beat/frames.ts';
import type { SeatObservation } from '../../src/core/wire/observations.ts';
import {
  BOOT,
  TEST_SLOTS,
  seatBodyOf,
  slotBodyOf,
  slotOf,
  startBeat,
  startClient,
  until,
  freshVolume,
  connectedHost,
} from './rig.ts';

function counterOf(seats: readonly SeatObservation[]): number {
  assert.ok(seats[0]?.state === 'read');
  return seats[0].header.counter;
}

void test('two hosts see each other, and their seats and cells', { timeout: 60_000 }, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const [a, b] = ['a', 'b'].map((host) => {
    const socketPath = join(dir, `${host}.sock`);
    const beat = startBeat(t, { volumePath, host, socketPath });
    // b is not eligible: it has its own key alone.
    return { beat, ...startClient(t, { socketPath, host, ...(host === 'b' ? { keys: ['b'] } : {}) }) };
  });
  assert.ok(a !== undefined && b !== undefined);
  await until('both connected', () => a.has('connected') && b.has('connected'));
  assert.equal(statSync(a.beat.socketPath).mode & 0o777, 0o600);

  const intents = [{ incident: 'i1', vm: 'vm1', attempt: 1, term: 3, phase: 'intended' as const }];
  const wroteA = await a.client.writeBody(slotBodyOf('a', { intents }));
  assert.ok(wroteA.ok && wroteA.begunMs <= wroteA.endedMs, JSON.stringify(wroteA));
  assert.ok((await b.client.writeBody(slotBodyOf('b'))).ok);
  a.client.watch(true);
  b.client.watch(true);
  const seenByA = await a.nextReading((reading) => slotOf(reading, 'b') !== null, 'a reads the slot of b');
  assert.equal(slotOf(seenByA, 'b')?.authentic, true);
  assert.ok(
    seenByA.wroteMs !== null && seenByA.begunMs <= seenByA.wroteMs && seenByA.wroteMs <= seenByA.endedMs,
  );
  const seenByB = await b.nextReading((reading) => slotOf(reading, 'a') !== null, 'b reads the slot of a');
  const slotA = slotOf(seenByB, 'a');
  assert.equal(slotA?.authentic, false);
  assert.deepEqual(slotA?.body.intents, intents);
  assert.equal(slotA?.bodyBoot, BOOT);
  const later = await b.nextReading(
    (reading) => slotOf(reading, 'a') !== null,
    'b reads the slot of a again',
  );
  assert.ok(
    (slotOf(later, 'a')?.header.counter ?? 0) > (slotA?.header.counter ?? 0),
    'the slot of a advances',
  );

  const seat = await a.client.writeSeat(seatBodyOf('a', { term: 4 }));
  assert.ok(seat.ok, JSON.stringify(seat));
  assert.ok(seat.begunMs <= seat.writtenMs && seat.writtenMs <= seat.endedMs);
  assert.deepEqual(
    seat.seats.map((each) => each.state === 'read' && [each.host, each.body.term]),
    [['a', 4]],
  );
  const seatSeen = await b.nextReading(
    (reading) => (reading.seats?.length ?? 0) > 0,
    'b reads the seat of a',
  );
  assert.ok(seatSeen.seats?.[0]?.state === 'read' && seatSeen.seats[0].body.phase === 'claiming');

  const incident = {
    id: 'i1',
    victim: 'b',
    victimBoot: BOOT,
    term: 4,
    sequence: 1,
    phase: 'declared',
    hold: null,
    proof: null,
    confirmedBy: null,
    migrationIdAtDeclaration: null,
    forcedDownBy: null,
    underWay: [],
    ordered: [],
  } as const;
  assert.ok((await a.client.writeCell(2, 1, incident)).ok);
  const cells = await b.client.read(['cells']);
  assert.ok(cells.ok && cells.slots === null && cells.seats === null);
  const [cell] = cells.cells ?? [];
  assert.ok(cell?.state === 'read');
  assert.deepEqual([cell.slot, cell.which, cell.host, cell.authentic], [2, 1, 'a', false]);
  assert.deepEqual(cell.body, incident);
  // Asked again, the beat sends the payload no more, and the client still knows it.
  const again = await b.client.read(['cells', 'slots']);
  assert.ok(again.ok && again.cells?.[0]?.state === 'read' && slotOf(again, 'a') !== null);

  // Orders age by the counter of the master's seat: only renewals may move it.
  assert.ok((await a.client.writeCell(2, 0, { ...incident, sequence: 2 })).ok);
  const renewed = await a.client.writeSeat(seatBodyOf('a', { term: 4 }));
  assert.ok(renewed.ok);
  assert.equal(counterOf(renewed.seats), counterOf(seat.seats) + 1);

  const tooFar = await a.client.writeCell(TEST_SLOTS, 0, incident);
  assert.ok(!tooFar.ok && tooFar.error.code === 'bad-request');
  const tooBig = await a.client.writeSeat(
    seatBodyOf('a', {
      heritage: {
        term: 1,
        sequence: 24,
        open: Array.from({ length: 24 }, () => ({ cause: 'c'.repeat(200), severity: 'info' as const })),
      },
    }),
  );
  assert.ok(!tooBig.ok && tooBig.error.code === 'does-not-fit');
});

void test('the beat outlives its agent, says so, and keeps its body', { timeout: 60_000 }, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const [a, b] = [join(dir, 'a.sock'), join(dir, 'b.sock')];
  const beatA = startBeat(t, { volumePath, host: 'a', socketPath: a });
  startBeat(t, { volumePath, host: 'b', socketPath: b });
  const clientA = startClient(t, { socketPath: a, host: 'a' });
  const observer = startClient(t, { socketPath: b, host: 'b' });
  observer.client.watch(true);
  await until('connected', () => clientA.has('connected') && observer.has('connected'));
  const intents = [{ incident: 'i1', vm: 'vm1', attempt: 1, term: 3, phase: 'posted' as const }];
  assert.ok((await clientA.client.writeBody(slotBodyOf('a', { intents }))).ok);
  const alive = await observer.nextReading((reading) => slotOf(reading, 'a') !== null, 'a is seen');
  assert.ok((slotOf(alive, 'a')?.header.agentSilentMs ?? 9_999) < 1_000);

  clientA.client.close();
  const silent = await observer.nextReading(
    (reading) => (slotOf(reading, 'a')?.header.agentSilentMs ?? 0) > 1_500,
    'the agent of a is seen to be silent',
  );
  assert.deepEqual(slotOf(silent, 'a')?.body.intents, intents);

  // The host reboots: same name, new boot id. The old intents are still told, and to whom they belong.
  beatA.process.kill('SIGKILL');
  await until('beat killed', () => beatA.process.signalCode);
  const reborn = 'f'.repeat(32);
  startBeat(t, { volumePath, host: 'a', socketPath: a, bootId: reborn });
  const back = await observer.nextReading(
    (reading) => slotOf(reading, 'a')?.header.boot === reborn,
    'a is back with a new boot id',
  );
  assert.equal(slotOf(back, 'a')?.bodyBoot, BOOT);
  assert.deepEqual(slotOf(back, 'a')?.body.intents, intents);
  const second = startClient(t, { socketPath: a, host: 'a' });
  await until('the new agent is connected', () => second.has('connected'));
  const connected = second.events.find((event) => event.kind === 'connected');
  assert.ok(connected?.kind === 'connected');
  assert.deepEqual(connected.ownBody?.body.intents, intents);
  assert.equal(connected.ownBody?.boot, BOOT);
  assert.equal(connected.ownBody.given, false, 'found in the slot, where something older may have landed');
});

void test('a new agent displaces the old; malformed frames close the connection', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const socketPath = join(dir, 'a.sock');
  const beat = startBeat(t, { volumePath, host: 'a', socketPath });
  const first = startClient(t, { socketPath, host: 'a' });
  await until('first connected', () => first.has('connected'));
  // Raw, because a client would come back and displace in turn.
  const displacer = connect(socketPath);
  t.after(() => displacer.destroy());
  displacer.write(encodeFrame({ kind: 'hello', agent: 'ab'.repeat(8) }, 1_000) ?? '');
  await until('first displaced', () => first.has('disconnected'));
  first.client.close();

  for (const bytes of [
    Buffer.from([0xff, 0xff, 0xff, 0xff]),
    encodeFrame({ kind: 'nonsense' }, 1_000),
    encodeFrame({ kind: 'body', id: 1, untilMs: 1, payload: '', leaving: false }, 1_000),
    Buffer.from([2, 0, 0, 0, 0x7b, 0x7b]),
  ]) {
    const rude = connect(socketPath);
    let closed = false;
    rude.on('close', () => {
      closed = true;
    });
    rude.write(bytes ?? '');
    await until('the malformed connection is closed', () => closed);
  }
  assert.equal(beat.log.filter((line) => line.event === 'malformed-frame').length, 4);
  assert.equal(beat.exited(), null);
  assert.equal(displacer.destroyed, false, 'the agent was not disturbed');
});

void test('SIGTERM ends a beat within a second, its slot written once more', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const { beat, client, has } = await connectedHost(t, dir, volumePath);
  assert.ok((await client.writeBody(slotBodyOf('a'))).ok);
  beat.process.kill('SIGTERM');
  assert.equal(
    await until('the beat has ended', () => (beat.exited() === null ? null : `${beat.exited()}`), 1_500),
    '0',
  );
  await until('disconnected', () => has('disconnected'));
});
