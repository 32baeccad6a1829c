/** Real beats as processes on real files, and clients for them. Everything started here ends with its test. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { initVolume } from '../../src/cli/volume/init.ts';
import { crc32c } from '../../src/core/lib/crc32c.ts';
import { type BlockDecoded, decodeBlock } from '../../src/core/wire/block.ts';
import { BLOCK_BYTES, seatBlocks, slotBlocks } from '../../src/core/wire/layout.ts';
import type { SlotObservation, VolumeEvent } from '../../src/core/wire/observations.ts';
import type { SeatBody, SlotBody } from '../../src/core/wire/records.ts';
import { type BeatClient, beatClient } from '../../src/drivers/volume/beat-client.ts';
import type { RefusedBlock } from '../../src/drivers/volume/block-reader.ts';
import { bundled } from '../bundled.ts';
import { testMac } from './arbitraries.ts';

export const CLUSTER = 'test';
export const BOOT = '0123456789abcdef0123456789abcdef';
/** Five times as fast as in life: what a test waits for is then done within a second or two. */
export const BEAT_MS = 200;
const PATIENCE_MS = 30_000;

const endings = new WeakMap<TestContext, (() => void)[]>();

/** In reverse order: what was started last ends first. (`t.after` itself goes forward.) */
export function atEnd(t: TestContext, end: () => void): void {
  const known = endings.get(t);
  if (known !== undefined) return void known.push(end);
  const all = [end];
  endings.set(t, all);
  t.after(() => {
    for (const each of all.reverse()) each();
  });
}

export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'vigil-volume-'));
  atEnd(t, () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

export async function makeVolume(path: string, slots: number): Promise<void> {
  const made = await initVolume({ path, cluster: CLUSTER, slots, leaseVolumes: 1, force: false });
  assert.equal(made.exitCode, 0, made.lines.join('\n'));
}

/** A sound volume in a folder of its own. */
export async function freshVolume(
  t: TestContext,
  slots = TEST_SLOTS,
): Promise<{ readonly dir: string; readonly volumePath: string }> {
  const dir = folder(t);
  const volumePath = join(dir, 'volume');
  await makeVolume(volumePath, slots);
  return { dir, volumePath };
}

/** Waits for a condition; `what` is in the message if it does not come. */
export async function until<Value>(
  what: string,
  look: () => Value | null | undefined | false,
  patienceMs = PATIENCE_MS,
): Promise<Value> {
  const giveUp = Date.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > giveUp) assert.fail(`waited ${patienceMs} ms in vain for: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

export interface RunningBeat {
  readonly process: ChildProcess;
  readonly socketPath: string;
  readonly log: { event?: string; detail?: string; exit?: { code: number; detail: string } }[];
  readonly errors: () => string;
  readonly exited: () => number | null;
  readonly logged: (event: string) => boolean;
}

export interface BeatSetup {
  readonly volumePath: string;
  readonly host: string;
  readonly socketPath: string;
  readonly bootId?: string;
  readonly wantsSeat?: boolean;
  readonly beatMs?: number;
  readonly cluster?: string;
}

const beatMain = bundled(fileURLToPath(new URL('beat-process.ts', import.meta.url)));

export function startBeat(t: TestContext, setup: BeatSetup): RunningBeat {
  const options = {
    volumeName: 'v',
    cluster: CLUSTER,
    bootId: BOOT,
    beatMs: BEAT_MS,
    wantsSeat: true,
    ...setup,
  };
  const child = spawn(process.execPath, [beatMain, JSON.stringify(options)]);
  const log: RunningBeat['log'] = [];
  let text = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = `${text}${chunk.toString()}`.split('\n');
    text = lines.pop() ?? '';
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by beat-process.ts
    log.push(...lines.map((line) => JSON.parse(line) as RunningBeat['log'][number]));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  atEnd(t, () => child.kill('SIGKILL'));
  return {
    process: child,
    socketPath: setup.socketPath,
    log,
    errors: () => errors,
    exited: () => child.exitCode,
    logged: (event) => log.some((line) => line.event === event),
  };
}

export interface RunningClient {
  readonly client: BeatClient;
  readonly events: VolumeEvent[];
  readonly has: (kind: VolumeEvent['kind']) => boolean;
  /** The newest reading that was not yet there at the time of the call, and every later one. */
  readonly nextReading: (accept: (event: Reading) => boolean, what: string) => Promise<Reading>;
}

export type Reading = Extract<VolumeEvent, { readonly kind: 'reading' }>;

export function startClient(
  t: TestContext,
  setup: {
    readonly socketPath: string;
    readonly host: string;
    readonly requestDeadlineMs?: number;
    /** Hosts whose key is at hand; all by default. */
    readonly keys?: readonly string[];
    readonly wrongKeyFor?: string;
    readonly onRefused?: (refused: RefusedBlock) => void;
  },
): RunningClient {
  const events: VolumeEvent[] = [];
  const client = beatClient({
    volume: 'v',
    socketPath: setup.socketPath,
    host: setup.host,
    agent: randomBytes(8).toString('hex'),
    macFor(host) {
      if (setup.keys !== undefined && !setup.keys.includes(host)) return null;
      return testMac(host === setup.wrongKeyFor ? 'another key' : `key of ${host}`);
    },
    onEvent: (event) => events.push(event),
    onRefused: (refused) => setup.onRefused?.(refused),
    ...(setup.requestDeadlineMs === undefined ? {} : { requestDeadlineMs: setup.requestDeadlineMs }),
  });
  atEnd(t, () => client.close());
  return {
    client,
    events,
    has: (kind) => events.some((event) => event.kind === kind),
    nextReading(accept, what) {
      let seen = events.length;
      return until(what, () => {
        for (; seen < events.length; seen++) {
          const event = events[seen];
          if (event?.kind === 'reading' && accept(event)) return event;
        }
        return null;
      });
    },
  };
}

/** Host a with its beat and its agent, which have met. */
export async function connectedHost(
  t: TestContext,
  dir: string,
  volumePath: string,
): Promise<RunningClient & { readonly beat: RunningBeat; readonly socketPath: string }> {
  const socketPath = join(dir, 'a.sock');
  const beat = startBeat(t, { volumePath, host: 'a', socketPath });
  const running = startClient(t, { socketPath, host: 'a' });
  await until('connected', () => running.has('connected'));
  return { ...running, beat, socketPath };
}

/** What the beat said first: which places it has. */
export function connectedOf(
  events: readonly VolumeEvent[],
): Extract<VolumeEvent, { readonly kind: 'connected' }> {
  const found = events.find((event) => event.kind === 'connected');
  return found?.kind === 'connected' ? found : assert.fail('not connected');
}

export function slotBodyOf(host: string, changes: Partial<SlotBody> = {}): SlotBody {
  return {
    host,
    address: { ip: '192.0.2.1', udpPort: 7400, apiPort: 7401 },
    role: 'compute',
    eligible: true,
    failureDomain: null,
    agent: '0123456789abcdef',
    continues: null,
    termSeen: 0,
    fit: true,
    view: { master: null, neighbours: [], isolation: [], volumes: [] },
    leaving: null,
    unjudged: null,
    sequence: 1,
    maintenance: { sequence: 0, declared: null },
    intents: [],
    timing: { beatMs: 1_000, networkLostMs: 4_000, volumeLostMs: 8_000 },
    hardwareUuid: null,
    formatMax: 1,
    ...changes,
  };
}

export function seatBodyOf(host: string, changes: Partial<SeatBody> = {}): SeatBody {
  return {
    host,
    address: { ip: '192.0.2.1', udpPort: 7400, apiPort: 7401 },
    agent: '0123456789abcdef',
    term: 1,
    phase: 'claiming',
    heritage: { term: 0, sequence: 0, open: [] },
    ...changes,
  };
}

export function slotOf(reading: { readonly slots: readonly SlotObservation[] | null }, host: string) {
  const found = reading.slots?.find((slot) => slot.state === 'read' && slot.host === host);
  return found?.state === 'read' ? found : null;
}

export const TEST_SLOTS = 8;
const layout = { seats: 32, slots: TEST_SLOTS };
export const firstSlot = slotBlocks(layout).first;
export const firstSeat = seatBlocks(layout).first;

/** The volume as bytes on the storage, behind everybody's back. */
export function peekBlock(path: string, block: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const fd = openSync(path, 'r');
  readSync(fd, bytes, 0, BLOCK_BYTES, block * BLOCK_BYTES);
  closeSync(fd);
  return bytes;
}

export function pokeBlock(path: string, block: number, bytes: Uint8Array, offset = 0): void {
  const fd = openSync(path, 'rs+');
  writeSync(fd, bytes, 0, bytes.length, block * BLOCK_BYTES + offset);
  closeSync(fd);
}

export function slotOnDisk(path: string, index: number): BlockDecoded {
  return decodeBlock(peekBlock(path, firstSlot + index), 'slot');
}

/** A superblock as a later version of Vigil would write it. */
export function newerFormat(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[4] = 9;
  const view = new DataView(copy.buffer);
  view.setUint32(60, crc32c(copy.subarray(0, 60)), true);
  return copy;
}
