/** Where each VM was to be, one host after the other, and whether it was: by nova's records and by the guests' files. */
import type { GuestWatch } from './guests.ts';
import type { NovaRecords, ServerRecord } from './nova-records.ts';
import { sleep } from './wait.ts';

/** A guest writes five times a second; on a busy machine it may be late. */
const SILENCE_MS_MAX = 3_000;
const GROWTH_MS = 1_500;
const ENDED = new Set(['done', 'completed']);

export interface Ledger {
  /** By VM: its hosts so far. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  readonly beganMs: number;
}

export function openLedger(servers: readonly ServerRecord[]): Ledger {
  return {
    hosts: new Map(servers.map(({ id, host }) => [id, [host ?? '']])),
    beganMs: performance.now(),
  };
}

/** VMs of a failed host are to be where nova has them now, wherever else that is. */
export function recordMoves(ledger: Ledger, victim: string, servers: readonly ServerRecord[]): Ledger {
  const hosts = new Map(ledger.hosts);
  for (const { id, host } of servers) {
    const before = ledger.hosts.get(id) ?? [];
    if (before.at(-1) === victim && host !== null) hosts.set(id, [...before, host]);
  }
  return { ...ledger, hosts };
}

export interface Problem {
  readonly vm: string;
  readonly words: string;
}

export interface Evidence {
  readonly nova: Pick<NovaRecords, 'servers' | 'evacuations'>;
  readonly guests: Pick<GuestWatch, 'lives' | 'lines' | 'longestSilenceMs'>;
}

/** What is not as it must be; empty when every VM is where it must be and never ran twice. */
export async function findProblems(
  { nova, guests }: Evidence,
  ledger: Ledger,
  growthMs = GROWTH_MS,
): Promise<readonly Problem[]> {
  const linesBefore = new Map([...ledger.hosts.keys()].map((vm) => [vm, guests.lines(vm)]));
  await sleep(growthMs);
  const servers = new Map((await nova.servers()).map((server) => [server.id, server]));
  const rows = await nova.evacuations();
  const found: Problem[] = [];
  for (const [vm, hosts] of ledger.hosts) {
    const server = servers.get(vm);
    const name = server?.name ?? vm;
    const problem = (words: string): void => void found.push({ vm: name, words });
    const home = hosts.at(-1) ?? '';
    if (server === undefined) problem('nova has no record of it');
    else if (server.status !== 'ACTIVE' || server.host !== home)
      problem(`nova says ${server.status} on ${server.host}, expected ACTIVE on ${home}`);
    for (const words of wrongRows(
      hosts,
      rows.filter((row) => row.vm === vm),
    ))
      problem(words);
    for (const words of wrongLives(hosts, guests.lives(vm))) problem(words);
    if (guests.lines(vm) <= (linesBefore.get(vm) ?? 0)) problem(`its guest is silent on ${home}`);
    const silentMs = hosts.length > 1 ? 0 : guests.longestSilenceMs(vm, ledger.beganMs);
    if (silentMs > SILENCE_MS_MAX) problem(`its guest was silent for ${Math.round(silentMs)} ms`);
  }
  return found;
}

function wrongRows(
  hosts: readonly string[],
  rows: readonly {
    readonly status: string;
    readonly source: string | null;
    readonly target: string | null;
  }[],
): readonly string[] {
  const moves = hosts.slice(1).map((target, index) => ({ source: hosts[index], target }));
  if (rows.length !== moves.length) return [`${rows.length} evacuation records, expected ${moves.length}`];
  return moves.flatMap(({ source, target }) => {
    const row = rows.find((candidate) => candidate.source === source && candidate.target === target);
    if (row === undefined) return [`no evacuation record from ${source} to ${target}`];
    return ENDED.has(row.status) ? [] : [`its evacuation is ${row.status}`];
  });
}

function wrongLives(
  hosts: readonly string[],
  lives: readonly { readonly host: string; readonly first: number; readonly isUnbroken: boolean }[],
): readonly string[] {
  const ran = lives.map(({ host }) => host).join(', then ');
  const expected = hosts.join(', then ');
  if (ran !== expected) return [`its file says it ran on ${ran}; expected ${expected}`];
  return lives
    .filter(({ first, isUnbroken }) => first !== 1 || !isUnbroken)
    .map(({ host }) => `its guest on ${host} lost lines: not one process without a gap`);
}
