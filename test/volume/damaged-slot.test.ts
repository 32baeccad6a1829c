import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freeDamagedSlot } from '../../src/cli/volume/free-slot.ts';
import { initVolume } from '../../src/cli/volume/init.ts';
import { encodeBlock } from '../../src/core/wire/block.ts';
import { BLOCK_BYTES, slotBlocks } from '../../src/core/wire/layout.ts';

const SLOTS = 8;
const FIRST = slotBlocks({ slots: SLOTS, seats: 32 }).first;

function write(path: string, slot: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, (FIRST + slot) * BLOCK_BYTES);
  closeSync(file);
}

void test('a damaged slot that nobody writes is freed by its number, and nothing else is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-damaged-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.volume');
  const made = await initVolume({ path, cluster: 'test', slots: SLOTS, leaseVolumes: 1, force: false });
  assert.equal(made.exitCode, 0, made.lines.join());
  const free = async (slot: number) => {
    const { exitCode, lines } = await freeDamagedSlot({ path, slot });
    return `${exitCode} ${lines.join()}`;
  };

  write(path, 3, randomBytes(BLOCK_BYTES));
  assert.match(await free(3), /^0 freed on .*: slot 3, which was damaged \(bad-magic\)/);
  assert.match(await free(3), /^1 .*slot 3 is free already/);
  assert.match(await free(SLOTS), /^1 .*has slots 0 to 7, not 8/);

  const header = { kind: 'slot', owner: '0'.repeat(16), boot: '0'.repeat(32) } as const;
  const block = encodeBlock({
    header: { ...header, incarnation: 1, counter: 1, agentSilentMs: 0, given: true },
    leaving: false,
    payload: new Uint8Array(0),
  });
  assert.ok(block.ok);
  write(path, 4, block.bytes);
  assert.match(await free(4), /^1 .*slot 4 can be read: it is a host's/);

  // Somebody goes on writing there, in a way that cannot be read.
  write(path, 5, randomBytes(BLOCK_BYTES));
  const writer = setInterval(() => write(path, 5, randomBytes(BLOCK_BYTES)), 100);
  try {
    assert.match(await free(5), /^1 .*slot 5 is being written/);
  } finally {
    clearInterval(writer);
  }
});
