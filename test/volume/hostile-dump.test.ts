/** A volume shown to a person: whoever wrote it has no hand in their terminal. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpVolume } from '../../src/cli/volume/dump.ts';
import { printed } from '../../src/cli/volume/result.ts';
import { encodeBlock } from '../../src/core/wire/block.ts';
import { cellBlocks } from '../../src/core/wire/layout.ts';
import { encodePayload, type PayloadKind, payloads } from '../../src/core/wire/payload.ts';
import { decodeSuperblock } from '../../src/core/wire/superblock.ts';
import { incidentRecord } from '../world/fixtures.ts';
import { ownerOf, testMac } from './arbitraries.ts';
import { BOOT, firstSlot, folder, makeVolume, pokeBlock, slotBodyOf, peekBlock, TEST_SLOTS } from './rig.ts';

const NASTY = 'ann\u001b[2J\u009b31m\u202e\u2028\r\n  slot 7: free';

function blockOf<Body>(
  kind: 'slot' | 'cell',
  format: PayloadKind<Body>,
  volumeUuid: string,
  body: Body,
): Uint8Array {
  const origin = { volumeUuid, index: 0, boot: BOOT, writer: 'a' };
  const payload = encodePayload(format, origin, body, testMac('nobody’s key'));
  assert.ok(payload.ok, JSON.stringify(payload));
  const header = {
    kind,
    owner: ownerOf('a'),
    boot: BOOT,
    incarnation: 1,
    counter: 1,
    agentSilentMs: 0,
    given: true,
  };
  const block = encodeBlock({ header, leaving: false, payload: payload.bytes });
  assert.ok(block.ok);
  return block.bytes;
}

void test('what a dump prints of a hostile block has nothing that a terminal obeys', async (t) => {
  const path = join(folder(t), 'volume');
  await makeVolume(path, TEST_SLOTS);
  const made = decodeSuperblock(peekBlock(path, 0));
  assert.ok(made.state === 'read');
  const { volumeUuid } = made.superblock;
  const declared = { by: NASTY, why: NASTY, recover: true };
  const body = slotBodyOf('a', { maintenance: { sequence: 1, declared } });
  pokeBlock(path, firstSlot, blockOf('slot', payloads.slot, volumeUuid, body));
  const record = incidentRecord({ id: NASTY, hold: NASTY, victimBoot: BOOT });
  const firstCell = cellBlocks({ seats: 32, slots: TEST_SLOTS }).first;
  pokeBlock(path, firstCell, blockOf('cell', payloads.cell, volumeUuid, record));

  const dump = await dumpVolume(path);
  assert.equal(dump.exitCode, 0, printed(dump, false));
  const text = printed(dump, false);
  assert.equal(text.split('\n').length, dump.lines.length, 'no line is broken');
  assert.match(
    text,
    /in maintenance by ann\\u\{1b\}\[2J\\u\{9b\}31m\\u\{202e\}\\u\{2028\}\\u\{d\}\\u\{a\} {2}slot 7/,
  );
  assert.match(text, /incident ann\\u\{1b\}/);
  const json = printed(dump, true);
  for (const shown of [text, json])
    assert.doesNotMatch(shown.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.ok(
    JSON.stringify(JSON.parse(json)).includes(JSON.stringify(NASTY)),
    'a program reads what is there',
  );
});
