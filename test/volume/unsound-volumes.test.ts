import assert from 'node:assert/strict';
import { copyFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BLOCK_BYTES, totalBlocks } from '../../src/core/wire/layout.ts';
import {
  TEST_SLOTS,
  folder,
  makeVolume,
  newerFormat,
  peekBlock,
  pokeBlock,
  startBeat,
  until,
} from './rig.ts';

void test('a volume that is none, truncated, newer, damaged or of another cluster has its own error', {
  timeout: 60_000,
}, async (t) => {
  const dir = folder(t);
  const good = join(dir, 'good');
  await makeVolume(good, TEST_SLOTS);
  const cases: [string, (path: string) => void, number, RegExp][] = [
    ['free', (path) => pokeBlock(path, 0, new Uint8Array(BLOCK_BYTES)), 2, /holds no volume yet/],
    ['foreign', (path) => pokeBlock(path, 0, Buffer.from('LUKS')), 2, /something that is no volume/],
    [
      'corrupt',
      (path) => pokeBlock(path, 0, Buffer.from('?'), 20),
      2,
      /damaged superblock \(header-checksum\)/,
    ],
    ['torn', (path) => pokeBlock(path, 0, Buffer.from('?'), 80), 2, /damaged superblock \(torn\)/],
    [
      'newer',
      (path) => pokeBlock(path, 0, newerFormat(peekBlock(path, 0))),
      2,
      /format 9, which a newer Vigil wrote/,
    ],
    ['short', (path) => truncateSync(path, 20 * BLOCK_BYTES), 2, /is truncated: it ends before byte/],
    [
      'cut',
      (path) => truncateSync(path, totalBlocks({ seats: 32, slots: TEST_SLOTS }) * BLOCK_BYTES - 1),
      2,
      /truncated/,
    ],
  ];
  const running = cases.map(([name, spoil, code, message]) => {
    const volumePath = join(dir, name);
    copyFileSync(good, volumePath);
    spoil(volumePath);
    return {
      name,
      code,
      message,
      volumePath,
      beat: startBeat(t, { volumePath, host: 'a', socketPath: join(dir, `${name}.sock`) }),
    };
  });
  const other = startBeat(t, {
    volumePath: good,
    host: 'a',
    socketPath: join(dir, 'o.sock'),
    cluster: 'elsewhere',
  });
  for (const { name, code, message, volumePath, beat } of running) {
    assert.equal(await until(`${name} ends`, () => beat.exited()), code);
    const detail = beat.log.at(-1)?.exit?.detail ?? '';
    assert.match(detail, message);
    assert.ok(detail.includes(volumePath), detail);
  }
  assert.equal(await until('the wrong cluster ends', () => other.exited()), 2);
  assert.match(other.log.at(-1)?.exit?.detail ?? '', /belongs to the cluster "test", not to "elsewhere"/);
});
