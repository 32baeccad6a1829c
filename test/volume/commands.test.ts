import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpVolume } from '../../src/cli/volume/dump.ts';
import { freePlaces } from '../../src/cli/volume/free.ts';
import { initVolume } from '../../src/cli/volume/init.ts';
import { latency, probeVolume, verdict } from '../../src/cli/volume/probe.ts';
import { volumeCommands } from '../../src/cli/volume/commands.ts';
import { BLOCK_BYTES, HEADER_BYTES, totalBlocks } from '../../src/core/wire/layout.ts';
import {
  BOOT,
  CLUSTER,
  TEST_SLOTS,
  firstSlot,
  folder,
  makeVolume,
  newerFormat,
  peekBlock,
  pokeBlock,
  slotBodyOf,
  until,
  connectedHost,
  connectedOf,
} from './rig.ts';

const wanted = { cluster: CLUSTER, slots: TEST_SLOTS, leaseVolumes: 1, force: false } as const;

void test('init makes a file of the right size, and does not overwrite it', {
  timeout: 30_000,
}, async (t) => {
  const path = join(folder(t), 'volume');
  await makeVolume(path, TEST_SLOTS);
  assert.equal(statSync(path).size, totalBlocks({ seats: 32, slots: TEST_SLOTS }) * BLOCK_BYTES);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(
    statSync(path).blocks * 512 >= statSync(path).size,
    'its space is allocated: a beat must not meet ENOSPC',
  );
  const before = readFileSync(path);
  const again = await initVolume({ path, ...wanted });
  assert.equal(again.exitCode, 1);
  assert.match(again.lines.join(), /is volume [0-9a-f-]{36} of cluster "test" already; .*--force/);
  assert.ok(readFileSync(path).equals(before));
  const forced = await initVolume({ path, ...wanted, slots: 2 * TEST_SLOTS, force: true });
  assert.equal(forced.exitCode, 0, forced.lines.join());
  const dump = await dumpVolume(path);
  assert.ok(/"generation":2/.test(JSON.stringify(dump.json)), JSON.stringify(dump.json));
});

void test('init refuses foreign content of any size, and bad options', { timeout: 60_000 }, async (t) => {
  const dir = folder(t);
  for (const [name, bytes] of [
    ['short', Buffer.from('hello')],
    ['long', Buffer.concat([Buffer.alloc(3 * BLOCK_BYTES), Buffer.from('x'.repeat(BLOCK_BYTES))])],
    ['odd', Buffer.concat([Buffer.alloc(3 * BLOCK_BYTES), Buffer.from('x')])],
  ] as const) {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    const refused = await initVolume({ path, ...wanted });
    assert.equal(refused.exitCode, 1, name);
    assert.match(refused.lines.join(), /holds something that is no volume/);
    assert.ok(readFileSync(path).equals(bytes), name);
    assert.equal((await initVolume({ path, ...wanted, force: true })).exitCode, 0, name);
  }
  for (const [name, path] of [
    ['folder', dir],
    ['nowhere', join(dir, 'no', 'such')],
  ] as const) {
    assert.notEqual((await initVolume({ path, ...wanted })).exitCode, 0, name);
  }
  const bad = await initVolume({ path: join(dir, 'new'), ...wanted, cluster: 'no spaces' });
  assert.match(bad.lines.join(), /superblock.cluster must be/);
  assert.equal(existsSync(join(dir, 'new')), false);
  const empty = join(dir, 'empty');
  writeFileSync(empty, '');
  await makeVolume(empty, TEST_SLOTS);
  const zeros = join(dir, 'zeros');
  writeFileSync(zeros, Buffer.alloc(10 * BLOCK_BYTES));
  await makeVolume(zeros, TEST_SLOTS);
});

void test('a volume in use is neither made anew nor is its host freed; dump shows it', {
  timeout: 60_000,
}, async (t) => {
  const dir = folder(t);
  const path = join(dir, 'volume');
  await makeVolume(path, TEST_SLOTS);
  const { beat, client, has, events } = await connectedHost(t, dir, path);
  const connected = connectedOf(events);
  const index = connected.slotIndex ?? -1;
  assert.ok((await client.writeBody(slotBodyOf('a'))).ok);
  const incident = {
    id: 'i1',
    victim: 'a',
    victimBoot: BOOT,
    term: 1,
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
  assert.ok((await client.writeCell(index, 0, incident)).ok);

  for (const force of [false, true]) {
    const refused = await initVolume({ path, ...wanted, force });
    assert.equal(refused.exitCode, 1);
    assert.match(refused.lines.join(), /is in use: \d+ blocks changed/);
  }
  const notFreed = await freePlaces({ path, host: 'a', force: true });
  assert.equal(notFreed.exitCode, 1);
  assert.match(notFreed.lines.join(), /"a" still writes/);
  assert.equal(has('stopped'), false, 'the beat was not disturbed');

  pokeBlock(path, firstSlot + ((index + 1) % TEST_SLOTS), Buffer.from('rubbish'));
  const living = await dumpVolume(path);
  assert.equal(living.exitCode, 0);
  assert.match(
    living.lines.join('\n'),
    new RegExp(`slot ${index}: a, advancing, compute, eligible, at 192.0.2.1`),
  );
  assert.match(living.lines.join('\n'), /seat \d+: claimed by owner/);
  assert.match(
    living.lines.join('\n'),
    /cell \d+ of slot \d: written by a, incident i1 of a: declared, proof none yet/,
  );
  assert.match(living.lines.join('\n'), /DAMAGED, something else than Vigil wrote here/);

  beat.process.kill('SIGKILL');
  await until('the beat is dead', () => beat.process.signalCode);
  assert.match((await dumpVolume(path)).lines.join('\n'), /slot \d: a, still/);
  const unsettled = await freePlaces({ path, host: 'a', force: false });
  assert.match(unsettled.lines.join(), /incident i1 of "a" is not closed/);
  const freed = await freePlaces({ path, host: 'a', force: true });
  assert.equal(freed.exitCode, 0, freed.lines.join());
  const dump = (await dumpVolume(path)).lines.join('\n');
  assert.match(dump, /seats: 0 of 32 used/);
  assert.match(dump, /incident cells: 0 used/);
  assert.match(
    (await freePlaces({ path, host: 'a', force: false })).lines.join(),
    /has neither slot nor seat/,
  );
});

void test('each command has its own words for a volume that is not sound', { timeout: 30_000 }, async (t) => {
  const dir = folder(t);
  const path = join(dir, 'volume');
  await makeVolume(path, TEST_SLOTS);
  const good = peekBlock(path, 0);
  const all = async (message: RegExp, at = path) => {
    for (const result of [
      await dumpVolume(at),
      probeVolume(at),
      await freePlaces({ path: at, host: 'a', force: false }),
    ]) {
      assert.equal(result.exitCode, 2);
      assert.match(result.lines.join(), message);
      assert.ok(result.lines.join().includes(at));
    }
  };
  pokeBlock(path, 0, Buffer.from('LUKS'));
  await all(/something that is no volume of Vigil; check the path/);
  pokeBlock(path, 0, good);
  pokeBlock(path, 0, Buffer.from([0]), HEADER_BYTES);
  await all(/damaged superblock \(torn\); restore it/);
  writeFileSync(path, good);
  await all(/is truncated/);
  writeFileSync(path, Buffer.alloc(BLOCK_BYTES));
  await all(/holds no volume yet; make one with "vigil volume init/);
  writeFileSync(path, '');
  await all(/is empty; make a volume of it with "vigil volume init/);
  writeFileSync(path, 'hello');
  await all(/has 5 bytes, too few for a volume, so it is none; check the path/);
  writeFileSync(path, 'x'.repeat(BLOCK_BYTES + 1));
  await all(/something that is no volume of Vigil; check the path/);
  writeFileSync(path, newerFormat(good));
  await all(/format 9, which a newer Vigil wrote; upgrade Vigil on this host/);
  await all(/is a directory; name the volume in it, a file or a block device$/, dir);
  await all(/does not exist \(ENOENT\): mount its storage, or check the path/, join(dir, 'none'));
});

void test('probe measures, and judges what it measured', async (t) => {
  const path = join(folder(t), 'volume');
  await makeVolume(path, TEST_SLOTS);
  const before = readFileSync(path);
  const result = probeVolume(path);
  assert.ok(result.exitCode === 0 || result.exitCode === 1);
  assert.match(result.lines.join('\n'), /write: p50 [\d.]+ ms, p99 [\d.]+ ms, max [\d.]+ ms/);
  assert.ok(readFileSync(path).equals(before), 'nothing but scratch was written');

  assert.deepEqual(latency([1, 2, 3, 4, 100]), { p50Ms: 3, p99Ms: 100, maxMs: 100 });
  const fast = { p50Ms: 1, p99Ms: 5, maxMs: 20 };
  assert.equal(verdict('p', fast, fast).exitCode, 0);
  const stalled = verdict('p', { ...fast, maxMs: 1_200 }, fast);
  assert.equal(stalled.exitCode, 1);
  assert.match(stalled.lines.join('\n'), /NOT safe.*\n.*a write took 1200 ms/);
  assert.equal(verdict('p', fast, { ...fast, maxMs: 1_001 }).exitCode, 1);
  assert.equal(verdict('p', { ...fast, p99Ms: 300 }, { ...fast, p99Ms: 80 }).exitCode, 1);
});

void test('the commands take their options', async (t) => {
  const path = join(folder(t), 'volume');
  const volume = volumeCommands();
  volume.exitOverride();
  await volume.parseAsync(['init', path, '--cluster', 'c1', '--slots', '4', '--lease-of', '3'], {
    from: 'user',
  });
  const dump = await dumpVolume(path);
  assert.match(dump.lines[0] ?? '', /cluster "c1", format 1, lease volume, one of 3/);
  assert.equal(process.exitCode, 0);
  for (const parts of [
    ['init', path, '--cluster', 'c1', '--slots', '0'],
    ['init', path, '--cluster', 'c1', '--slots', '4', '--lease-of', '2'],
  ]) {
    const quiet = volumeCommands();
    for (const each of [quiet, ...quiet.commands])
      each.exitOverride().configureOutput({ writeErr: () => {} });
    await assert.rejects(quiet.parseAsync(parts, { from: 'user' }));
  }
});
