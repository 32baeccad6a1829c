import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeBlock } from '../../src/core/wire/block.ts';
import { slotBlocks } from '../../src/core/wire/layout.ts';
import { ownerOf } from '../../src/drivers/volume/block-reader.ts';
import { rawAgent } from './raw-agent.ts';
import {
  BOOT,
  folder,
  makeVolume,
  pokeBlock,
  slotBodyOf,
  startBeat,
  until,
  freshVolume,
  connectedHost,
} from './rig.ts';

void test('a payload is told once to each connection', { timeout: 60_000 }, async (t) => {
  const { dir, volumePath } = await freshVolume(t);
  const { socketPath, client } = await connectedHost(t, dir, volumePath);
  assert.ok((await client.writeBody(slotBodyOf('a'))).ok);
  client.close();

  for (const connection of ['first', 'second']) {
    const agent = rawAgent(t, socketPath);
    agent.say({ kind: 'read', id: 1, untilMs: Number.MAX_SAFE_INTEGER, what: ['slots'] });
    agent.say({ kind: 'read', id: 2, untilMs: Number.MAX_SAFE_INTEGER, what: ['slots'] });
    const answers = await until(`${connection}: two answers`, () => {
      const found = agent.heard.filter((message) => message.kind === 'read-done');
      return found.length === 2 ? found : null;
    });
    const payloads = answers.map((answer) => answer.slots?.[0]?.payload);
    assert.ok((payloads[0] ?? '').length > 0, `${connection}: told`);
    assert.equal(payloads[1], null, `${connection}: not told again`);
  }
});

void test('readings that an agent does not take are dropped and counted', { timeout: 60_000 }, async (t) => {
  const dir = folder(t);
  const volumePath = join(dir, 'volume');
  const slots = 2_000;
  await makeVolume(volumePath, slots);
  for (let index = 0; index < slots; index++) {
    const header = {
      kind: 'slot',
      owner: ownerOf(`o${index}`),
      boot: BOOT,
      incarnation: 1,
      counter: 1,
    } as const;
    const block = encodeBlock({
      header: { ...header, agentSilentMs: 0, given: true },
      leaving: false,
      payload: new Uint8Array(),
    });
    assert.ok(block.ok);
    if (index !== 7) pokeBlock(volumePath, slotBlocks({ seats: 32, slots }).first + index, block.bytes);
  }
  const socketPath = join(dir, 'a.sock');
  const beat = startBeat(t, { volumePath, host: 'a', socketPath, beatMs: 100 });
  await until('the beat beats', () => beat.logged('beating'));
  const agent = rawAgent(t, socketPath);
  agent.say({ kind: 'watch', slots: true });
  await until('a first reading', () =>
    agent.heard.some((message) => message.kind === 'beat' && message.slots !== null),
  );

  agent.socket.pause();
  const memoryBefore = residentMib(beat.process.pid);
  const heardBefore = agent.heard.length;
  const counter = () => agent.heard.findLast((message) => message.kind === 'beat')?.counter ?? 0;
  const before = counter();
  // The beat goes on: its own slot shows so, and is read here behind everybody's back.
  const onDisk = () =>
    readFileSync(volumePath).readUInt32LE((slotBlocks({ seats: 32, slots }).first + 7) * 4096 + 40);
  await until('thirty more beats', () => onDisk() > before + 30);
  assert.ok(residentMib(beat.process.pid) < memoryBefore + 100, 'nothing piled up in the beat');
  agent.socket.resume();
  const dropped = await until('what was dropped is counted', () =>
    agent.heard.slice(heardBefore).find((message) => message.kind === 'beat' && message.droppedReadings > 0),
  );
  assert.ok(dropped.kind === 'beat' && dropped.slots?.length === slots);

  agent.socket.pause();
  const last = onDisk();
  await until('twenty more beats', () => onDisk() > last + 20);
  beat.process.kill('SIGTERM');
  await until('it ends although nobody takes its last words', () => beat.exited() === 0, 1_500);
});

function residentMib(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
