/** Somebody with another cluster's key writes on a volume: he is not believed, and named. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/core/reports/report.ts';
import { reportRefusals } from '../../src/drivers/udp/refusals.ts';
import type { RefusedBlock } from '../../src/drivers/volume/block-reader.ts';
import { refusalOf } from '../../src/drivers/volume/refused-block.ts';
import { seatBodyOf, slotBodyOf, startBeat, startClient, until, freshVolume } from './rig.ts';

void test('slot and seat of a host with a foreign key are reported once each, with their end', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const [a, b] = [join(dir, 'a.sock'), join(dir, 'b.sock')];
  startBeat(t, { volumePath, host: 'a', socketPath: a });
  const foreignBeat = startBeat(t, { volumePath, host: 'b', socketPath: b });
  const foreign = startClient(t, { socketPath: b, host: 'b' });

  let now = 0;
  const reports: Report[] = [];
  const reporter = reportRefusals({
    onReport: (report) => reports.push(report),
    onOverflow: () => assert.fail(),
    quietMs: 100,
    nowMs: () => now,
  });
  t.after(() => reporter.close());
  const refused: RefusedBlock[] = [];
  const observer = startClient(t, {
    socketPath: a,
    host: 'a',
    wrongKeyFor: 'b',
    onRefused(block) {
      refused.push(block);
      reporter.note(refusalOf('v', block));
    },
  });
  observer.client.watch(true);
  await until('both connected', () => foreign.has('connected') && observer.has('connected'));
  assert.ok((await foreign.client.writeBody(slotBodyOf('b'))).ok);
  const saw = (kind: RefusedBlock['kind']) => refused.some((block) => block.kind === kind);
  await until('the slot is refused', () => saw('slot'));
  while (!saw('seat')) {
    assert.ok((await foreign.client.writeSeat(seatBodyOf('b'))).ok);
    await observer.nextReading(({ seats }) => seats !== null, 'a reading of the seats');
  }
  const places = foreign.events.find((event) => event.kind === 'connected');
  assert.ok(places?.kind === 'connected');
  const { slotIndex, seatIndex } = places;
  assert.deepEqual(reports.map(({ cause, state, title }) => `${state} ${cause}: ${title}`).sort(), [
    `begin refused/volume/bad-mac/v/seat-${seatIndex}: Refused (volume): seat ${seatIndex} of volume v is written in the name of b with a wrong key`,
    `begin refused/volume/bad-mac/v/slot-${slotIndex}: Refused (volume): slot ${slotIndex} of volume v is written in the name of b with a wrong key`,
  ]);

  foreignBeat.process.kill('SIGKILL');
  await until('the other is gone', () => foreignBeat.process.signalCode);
  await observer.nextReading(() => true, 'a reading');
  await observer.nextReading(() => true, 'a reading that shows it still');
  now = 1_000;
  await until('both reports have ended', () => reports.filter(({ state }) => state === 'end').length === 2);
  assert.equal(reports.length, 4);
});

void test('a slot that nobody writes any more is damage of the past, and no sender', {
  timeout: 60_000,
}, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const [a, b] = [join(dir, 'a.sock'), join(dir, 'b.sock')];
  const former = startBeat(t, { volumePath, host: 'b', socketPath: b });
  const formerAgent = startClient(t, { socketPath: b, host: 'b' });
  await until('connected', () => formerAgent.has('connected'));
  assert.ok((await formerAgent.client.writeBody(slotBodyOf('b'))).ok);
  former.process.kill('SIGKILL');
  await until('it is dead', () => former.process.signalCode);
  startBeat(t, { volumePath, host: 'a', socketPath: a });
  const observer = startClient(t, {
    socketPath: a,
    host: 'a',
    wrongKeyFor: 'b',
    onRefused: () => assert.fail('nobody writes it'),
  });
  observer.client.watch(true);
  for (let i = 0; i < 3; i += 1)
    await observer.nextReading(
      ({ slots }) => slots?.some(({ state }) => state === 'damaged') ?? false,
      'a reading shows the damaged slot',
    );
});
