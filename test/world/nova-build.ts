/** How an evacuation goes on in the little world once nova has accepted it. */
import type { Migration, Server } from '../../src/core/recovery/cloud.ts';
import type { VirtualClock } from './clock.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** What nova does to guests and asks of hosts; facts of the world. */
export interface Compute {
  readonly alive: (host: string) => boolean;
  /** Names one life of its nova-compute. */
  readonly life: (host: string) => string;
  readonly reports: (host: string) => boolean;
  readonly startGuest: (vm: string, host: string) => void;
  readonly stopGuest: (vm: string, host: string) => void;
  readonly runs: (vm: string, host: string) => boolean;
  readonly accepted: (row: Migration) => void;
}

/**
 * A target that dies in the middle leaves its row open for ever; one that dies before finds the message in its queue
 * when it starts again.
 */
export function build(
  clock: VirtualClock,
  compute: Compute,
  row: Mutable<Migration>,
  server: Mutable<Server>,
  buildMs: () => number,
): void {
  const target = row.target ?? '';
  clock.after(1_000, () => {
    if (row.status !== 'accepted' && row.status !== 'completed') return;
    if (!compute.alive(target)) {
      build(clock, compute, row, server, buildMs);
      return;
    }
    if (server.taskState !== 'rebuilding') {
      Object.assign(server, { vmState: 'error', status: 'ERROR' });
      row.status = 'failed';
      return;
    }
    row.status = 'pre-migrating';
    finish(clock, compute, row, server, buildMs());
  });
}

function finish(
  clock: VirtualClock,
  compute: Compute,
  row: Mutable<Migration>,
  server: Mutable<Server>,
  buildMs: number,
): void {
  const target = row.target ?? '';
  const life = compute.life(target);
  clock.after(buildMs, () => {
    // Whatever has become of the row meanwhile: nova-compute of the source completes what is under way when it starts.
    if (server.taskState !== 'rebuilding' || compute.life(target) !== life) return;
    Object.assign(server, { host: target, taskState: null, vmState: 'active', status: 'ACTIVE' });
    row.status = 'done';
    compute.startGuest(row.vm, target);
  });
}
