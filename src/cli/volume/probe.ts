/** `vigil volume probe`: is this storage fast and steady enough for the timings? Writes the scratch block only. */
import { performance } from 'node:perf_hooks';
import { openVolume } from '../../beat/open-volume.ts';
import { directMemory } from '../../beat/volume-file.ts';
import { BLOCK_BYTES, scratchBlock } from '../../core/wire/layout.ts';
import { DEFAULT_NOVA_REPORT_MS, deriveTiming } from '../../core/timing/timing.ts';
import { type CommandResult, EXIT_OK, EXIT_REFUSED, EXIT_VOLUME, refused } from './result.ts';

const ROUNDS = 300;
const BEAT_MS = 1_000;
/** No request to the cloud takes part in what is measured here. */
const { seatWriteMs: WRITE_DEADLINE_MS, leaseMs: LEASE_MS } = deriveTiming(
  BEAT_MS,
  DEFAULT_NOVA_REPORT_MS,
  0,
);

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export function probeVolume(path: string): CommandResult {
  const opened = openVolume(path, 'read-write', null, directMemory());
  if (!opened.ok) return refused(EXIT_VOLUME, opened.code, opened.detail);
  const { file, superblock } = opened.volume;
  const scratch = scratchBlock(superblock);
  const zeros = new Uint8Array(BLOCK_BYTES);
  const writes: number[] = [];
  const reads: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const begun = performance.now();
      const written = file.writeBlock(scratch, zeros);
      const between = performance.now();
      if (!written.ok) return refused(EXIT_VOLUME, written.code, written.detail);
      const read = file.readBlock(scratch);
      const ended = performance.now();
      if (!read.ok) return refused(EXIT_VOLUME, read.code, read.detail);
      writes.push(between - begun);
      reads.push(ended - between);
    }
  } finally {
    file.close();
  }
  return verdict(path, latency(writes), latency(reads));
}

export function verdict(path: string, write: Latency, read: Latency): CommandResult {
  const reasons = unsafeBecause(write, read);
  const safe = reasons.length === 0;
  const timings = `beat ${BEAT_MS} ms, write deadline ${WRITE_DEADLINE_MS} ms, lease ${LEASE_MS} ms`;
  return {
    exitCode: safe ? EXIT_OK : EXIT_REFUSED,
    lines: [
      words('write', write),
      words('read ', read),
      safe ? `${path}: safe for the timings (${timings})` : `${path}: NOT safe for the timings (${timings}):`,
      ...reasons.map((reason) => `  ${reason}`),
    ],
    json: { path, rounds: ROUNDS, write, read, safe, reasons },
  };
}

function unsafeBecause(write: Latency, read: Latency): string[] {
  const reasons: string[] = [];
  if (write.maxMs > WRITE_DEADLINE_MS) {
    reasons.push(`a write took ${write.maxMs} ms, over the write deadline; the lease would be given back`);
  }
  if (read.maxMs > WRITE_DEADLINE_MS) reasons.push(`a read took ${read.maxMs} ms, longer than a beat`);
  // A beat reads its own slot, writes it, and reads seats and slots: all of that in half a beat leaves room for more
  // hosts and for a bad day.
  const beatWorkMs = write.p99Ms + 3 * read.p99Ms;
  if (beatWorkMs > BEAT_MS / 2) {
    reasons.push(`one beat's I/O takes ${beatWorkMs.toFixed(1)} ms (p99), more than half a beat`);
  }
  return reasons;
}

export function latency(samplesMs: readonly number[]): Latency {
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const at = (share: number): number => {
    const index = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
    return Math.round((sorted[Math.max(0, index)] ?? 0) * 1_000) / 1_000;
  };
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

function words(what: string, { p50Ms, p99Ms, maxMs }: Latency): string {
  return `${what}: p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms (${ROUNDS} of ${BLOCK_BYTES} bytes)`;
}
