/** Faults of the storage, made from outside: a FUSE daemon stopped or killed, file systems and devices that refuse. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dumpVolume } from '../../src/cli/volume/dump.ts';
import { initVolume } from '../../src/cli/volume/init.ts';
import { incidentRecord } from '../world/fixtures.ts';
import {
  BEAT_MS,
  BOOT,
  atEnd,
  CLUSTER,
  TEST_SLOTS,
  folder,
  makeVolume,
  seatBodyOf,
  slotBodyOf,
  startBeat,
  startClient,
  until,
  connectedHost,
} from './rig.ts';

function run(command: string, ...parts: string[]): string | null {
  const done = spawnSync(command, parts, { encoding: 'utf8' });
  return done.status === 0 ? done.stdout.trim() : null;
}

async function fuse(t: TestContext, from: string, to: string): Promise<ChildProcess> {
  mkdirSync(to, { recursive: true });
  const daemon = spawn('bindfs', ['-f', from, to], { stdio: 'ignore' });
  atEnd(t, () => {
    daemon.kill('SIGCONT');
    daemon.kill('SIGKILL');
    run('fusermount3', '-u', '-z', to);
  });
  const mounted = () => run('findmnt', '-n', to) !== null;
  await until('mounted, or given up', () => mounted() || daemon.exitCode !== null);
  assert.ok(mounted(), 'bindfs could not mount: are bindfs and fuse3 installed, and /dev/fuse there?');
  return daemon;
}

void test('a hung volume: requests end on their deadline, another volume beats on', {
  timeout: 90_000,
}, async (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'back'));
  await makeVolume(join(dir, 'back', 'volume'), TEST_SLOTS);
  await makeVolume(join(dir, 'sound'), TEST_SLOTS);
  const daemon = await fuse(t, join(dir, 'back'), join(dir, 'mount'));
  const [hungSocket, soundSocket] = [join(dir, 'h.sock'), join(dir, 's.sock')];
  startBeat(t, { volumePath: join(dir, 'mount', 'volume'), host: 'a', socketPath: hungSocket });
  startBeat(t, { volumePath: join(dir, 'sound'), host: 'a', socketPath: soundSocket });
  const hung = startClient(t, { socketPath: hungSocket, host: 'a', requestDeadlineMs: 500 });
  const sound = startClient(t, { socketPath: soundSocket, host: 'a' });
  await until('both connected', () => hung.has('connected') && sound.has('connected'));
  assert.ok((await hung.client.writeBody(slotBodyOf('a'))).ok);

  daemon.kill('SIGSTOP');
  const begunMs = Date.now();
  const seat = await hung.client.writeSeat(seatBodyOf('a'));
  assert.ok(!seat.ok && seat.error.code === 'deadline', JSON.stringify(seat));
  assert.ok(Date.now() - begunMs < 1_500, 'the deadline was kept');
  const cell = await hung.client.writeCell(2, 0, incidentRecord({ victim: 'c', victimBoot: BOOT }));
  assert.ok(!cell.ok && cell.error.code === 'deadline', JSON.stringify(cell));
  // The hung beat says nothing; the other is not delayed.
  const before = hung.events.length;
  for (let beat = 0; beat < 10; beat++) {
    const reading = await sound.nextReading(
      (reading) => reading.wroteMs !== null,
      'the sound volume beats on',
    );
    assert.ok(reading.endedMs - reading.begunMs < 5 * BEAT_MS);
  }
  assert.ok((await sound.client.writeBody(slotBodyOf('a'))).ok);
  assert.equal(hung.events.length, before, 'no reading of the hung volume, and no false one');

  daemon.kill('SIGCONT');
  const back = await hung.nextReading(
    (reading) => reading.error === null && reading.wroteMs !== null,
    'it beats again',
  );
  assert.notEqual(back.seats, null);
  await until('the late answers are dropped and counted', () => hung.client.counters().lateAnswers === 2);
  const read = await hung.client.read(['cells']);
  assert.ok(read.ok);
  assert.deepEqual(read.cells, [], 'what nobody waited for any more was not begun');
  const again = await hung.client.writeSeat(seatBodyOf('a', { term: 2 }));
  assert.ok(again.ok && again.seats[0]?.state === 'read' && again.seats[0].body.term === 2);
});

void test('I/O errors are told beat by beat, and the volume is opened again', {
  timeout: 90_000,
}, async (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'back'));
  await makeVolume(join(dir, 'back', 'volume'), TEST_SLOTS);
  const daemon = await fuse(t, join(dir, 'back'), join(dir, 'mount'));
  const socketPath = join(dir, 'a.sock');
  const beat = startBeat(t, { volumePath: join(dir, 'mount', 'volume'), host: 'a', socketPath });
  const { client, has, nextReading } = startClient(t, { socketPath, host: 'a' });
  await until('connected', () => has('connected'));
  assert.ok((await client.writeBody(slotBodyOf('a'))).ok);

  daemon.kill('SIGKILL');
  const failing = await nextReading((reading) => reading.error !== null, 'the error is told');
  assert.equal(failing.error?.code, 'io');
  assert.match(failing.error?.detail ?? '', /ENOTCONN|EIO|ECONNABORTED/);
  assert.ok(failing.wroteMs === null && failing.seats === null && failing.slots === null);
  const refused = await client.writeBody(slotBodyOf('a', { termSeen: 7 }));
  assert.ok(!refused.ok && refused.error.code === 'io', JSON.stringify(refused));
  await nextReading((reading) => reading.error !== null, 'and told again');
  assert.equal(beat.exited(), null, 'the beat lives');

  run('fusermount3', '-u', '-z', join(dir, 'mount'));
  await fuse(t, join(dir, 'back'), join(dir, 'mount'));
  await nextReading((reading) => reading.error === null && reading.wroteMs !== null, 'it beats again');
  const read = await client.read(['slots']);
  assert.ok(read.ok && read.slots?.[0]?.state === 'read');
  assert.equal(read.slots[0].body.termSeen, 7, 'what was said in the meantime was written');
});

void test('a beat that starts before its volume is there waits and says so', {
  timeout: 60_000,
}, async (t) => {
  const dir = folder(t);
  const volumePath = join(dir, 'later');
  const socketPath = join(dir, 'a.sock');
  const beat = startBeat(t, { volumePath, host: 'a', socketPath });
  const { has, nextReading } = startClient(t, { socketPath, host: 'a' });
  for (const time of ['first', 'second']) {
    const told = await nextReading((reading) => reading.error !== null, `the error is told a ${time} time`);
    assert.match(told.error?.detail ?? '', /later does not exist \(ENOENT\): mount its storage/);
  }
  await until('the log has it', () => beat.logged('waiting-for-volume'));
  const lines = beat.log.filter(({ event }) => event === 'waiting-for-volume');
  assert.equal(lines.length, 1, 'the log has it once');
  assert.match(lines[0]?.detail ?? '', /later does not exist/);
  assert.equal(beat.exited(), null);
  await makeVolume(volumePath, TEST_SLOTS);
  await until('connected', () => has('connected'));
  await until('the log says that it beats', () => beat.logged('beating'));
});

void test('a path that is longer than words may be costs no connection', { timeout: 60_000 }, async (t) => {
  const dir = folder(t);
  const parts = Array.from({ length: 8 }, () => 'p'.repeat(200));
  const socketPath = join(dir, 'a.sock');
  startBeat(t, { volumePath: join(dir, ...parts, 'a.vol'), host: 'a', socketPath });
  const { client, nextReading } = startClient(t, { socketPath, host: 'a' });
  for (const time of ['first', 'second']) {
    const told = await nextReading((reading) => reading.error !== null, `the error is told a ${time} time`);
    assert.match(told.error?.detail ?? '', /\[…\]p+\/a\.vol does not exist \(ENOENT\): mount its storage/);
  }
  const { connections, malformedFrames } = client.counters();
  assert.deepEqual([connections, malformedFrames], [1, 0]);
});

void test('where O_DIRECT is refused, neither beat nor init work', { timeout: 60_000 }, async (t) => {
  const dir = folder(t);
  // tmpfs takes O_DIRECT since Linux 6.6; ramfs never does.
  const ram = join(dir, 'ram');
  mkdirSync(ram);
  assert.notEqual(run('mount', '-t', 'ramfs', 'ramfs', ram), null, 'to mount a ramfs takes root');
  atEnd(t, () => run('umount', '-l', ram));
  const volumePath = join(ram, 'volume');
  const made = await initVolume({
    path: volumePath,
    cluster: CLUSTER,
    slots: 4,
    leaseVolumes: 1,
    force: false,
  });
  assert.equal(made.exitCode, 2);
  assert.match(made.lines.join(), /refuses O_DIRECT/);
  writeFileSync(volumePath, Buffer.alloc(65_536));
  const beat = startBeat(t, { volumePath, host: 'a', socketPath: join(dir, 'a.sock') });
  assert.equal(await until('the beat ends', () => beat.exited()), 4);
  assert.match(
    beat.log.at(-1)?.exit?.detail ?? '',
    /refuses O_DIRECT; put the volume on storage that supports it/,
  );
});

void test('a block device with sectors of 4096 bytes', { timeout: 60_000 }, async (t) => {
  const dir = folder(t);
  const backing = join(dir, 'disk');
  writeFileSync(backing, '');
  truncateSync(backing, 16 * 1024 * 1024);
  const device = run('losetup', '--find', '--show', '--sector-size', '4096', backing);
  assert.ok(device !== null, 'to make a loop device takes root');
  atEnd(t, () => run('losetup', '--detach', device));
  await makeVolume(device, TEST_SLOTS);
  const tooMany = await initVolume({
    path: device,
    cluster: CLUSTER,
    slots: 16_384,
    leaseVolumes: 1,
    force: true,
  });
  assert.equal(tooMany.exitCode, 2);
  assert.match(tooMany.lines.join(), /is too small: 16384 slots need \d+ bytes/);
  const { beat, client } = await connectedHost(t, dir, device);
  assert.ok((await client.writeBody(slotBodyOf('a'))).ok);
  const dump = await dumpVolume(device);
  assert.match(dump.lines.join('\n'), /slot \d: a, advancing/);
  beat.process.kill('SIGKILL');
  await until('the beat has let go of the device', () => beat.process.signalCode);
});
