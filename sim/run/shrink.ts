/** Makes a run smaller that breaks a promise: fewer actions, fewer VMs, fewer hosts, and it is still broken. */
import { act } from '../actions/act.ts';
import type { TimedAction } from '../actions/action.ts';
import type { Violation } from '../checkers/check.ts';
import type { CheckerName } from '../checkers/names.ts';
import { watch } from '../checkers/watch.ts';
import type { Cluster } from '../cluster.ts';
import { comeToRest, LOOK_MS } from './come-to-rest.ts';
import { oneMoreDies } from './one-more-dies.ts';
import { settle } from '../scenario/settle.ts';
import { withoutHost } from './without-host.ts';

export interface Case {
  readonly cluster: Cluster;
  /** At times from the settled cluster on. */
  readonly script: readonly TimedAction[];
  readonly untilMs: number;
  /** What is broken shows only after everything was repaired. */
  readonly atRest: boolean;
}

/** The first violation of this checker; null: the case keeps its promise. */
export function breaks({ cluster, script, untilMs, atRest }: Case, checker: CheckerName): Violation | null {
  const settled = settle(cluster);
  if (!settled.ok) return null;
  const { world } = settled;
  const watched = watch(world);
  for (const { atMs, action } of script) world.clock.after(atMs, () => act(world, action));
  const found = (): Violation | null =>
    watched.violations.find((violation) => violation.checker === checker) ?? null;
  for (let atMs = 0; atMs < untilMs && found() === null; atMs += LOOK_MS)
    world.run(Math.min(LOOK_MS, untilMs - atMs));
  if (atRest && found() === null) comeToRest(world, watched);
  if (atRest && found() === null) oneMoreDies(world, watched);
  return found();
}

/** As small as it gets; the second argument is told what remains. */
export function shrink(whole: Case, checker: CheckerName, tell: (remains: Case) => void): Case {
  let smallest = whole;
  const keep = (smaller: Case): boolean => {
    if (breaks(smaller, checker) === null) return false;
    smallest = smaller;
    tell(smallest);
    return true;
  };
  let before: Case;
  do {
    before = smallest;
    without(
      () => smallest.script,
      (script) => keep({ ...smallest, script }),
    );
    without(
      () => smallest.cluster.servers,
      (servers) => keep({ ...smallest, cluster: withoutServers(smallest.cluster, servers) }),
    );
    dropHosts(() => smallest, keep);
    thinHosts(() => smallest, keep);
  } while (smallest !== before);
  return smallest;
}

/** Halves, quarters and so on are left out, as long as that can be done (Zeller's delta debugging). */
function without<Item>(present: () => readonly Item[], keep: (items: readonly Item[]) => boolean): void {
  for (let size = Math.ceil(present().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < present().length; )
      if (!keep([...present().slice(0, at), ...present().slice(at + size)])) at += size;
}

function withoutServers(cluster: Cluster, servers: Cluster['servers']): Cluster {
  const vms = new Set(servers.map(({ vm }) => vm));
  const groups = cluster.groups.map((group) => ({
    ...group,
    members: group.members.filter((vm) => vms.has(vm)),
  }));
  return { ...cluster, servers, groups: groups.filter(({ members }) => members.length > 1) };
}

/** Of what is done to several hosts at once, those that it takes. */
function thinHosts(smallest: () => Case, keep: (smaller: Case) => boolean): void {
  smallest().script.forEach((_, at) => {
    const hosts = (): readonly string[] => hostsOf(smallest().script[at]);
    const keepThese = (left: readonly string[]): boolean =>
      left.length > 0 && keep({ ...smallest(), script: withHosts(smallest().script, at, left) });
    if (hosts().length > 1) without(hosts, keepThese);
  });
}

function hostsOf(timed: TimedAction | undefined): readonly string[] {
  return timed !== undefined && 'hosts' in timed.action ? timed.action.hosts : [];
}

function withHosts(script: Case['script'], at: number, hosts: readonly string[]): Case['script'] {
  return script.map((timed, n) => (n === at ? { ...timed, action: { ...timed.action, hosts } } : timed));
}

function dropHosts(smallest: () => Case, keep: (smaller: Case) => boolean): void {
  for (const { name } of smallest().cluster.hosts.toReversed()) {
    const smaller = withoutHost(smallest(), name);
    if (smaller !== null) keep({ ...smallest(), ...smaller });
  }
}
