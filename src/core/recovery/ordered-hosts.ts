/**
 * Hosts that were given orders, and until when something of them may still come that no slot tells. A slot tells of its
 * host's intents where its beat was seen to live and to write what the agent that was ordered had given it, or one that
 * continues it: over the slot of a beat that is dead an older write may land, and the next agent begins with what it
 * finds there.
 */
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import {
  MAX_HOSTS_ORDERED,
  type AgentIncarnation,
  type HostName,
  type OrderedHost,
} from '../wire/records.ts';
import type { Incident } from './incident.ts';
import { unansweredMs } from './still-sent.ts';
import type { PlannedOrder } from './place-vms.ts';
import { isProvenDead } from './proven-dead.ts';

/** `goneMs`: since when another agent was seen in its place. */
export type Ordered = OrderedHost & { goneMs: number | null };

/** Whatever a host was about to ask of nova, in whatever life, it has asked, and nova has carried it out or never will. */
export function isSpent(core: Core, master: Mastership, host: HostName): boolean {
  const { openRequestMs } = core.settings.timing;
  if (isProvenDead(core, master, host))
    return core.now - (master.incidents.get(host)?.provenMs ?? core.now) > openRequestMs;
  const evidence = core.hosts.get(host);
  // Freed: it may have lived then.
  if (evidence === undefined && host !== core.settings.host)
    return isPast(core, core.coordination.intents.removedSinceMs(core, host) ?? master.sinceMs);
  const { leaving = null, boot = null } = evidence ?? {};
  return leaving !== null && leaving.boot === boot && isPast(core, leaving.firstSeenMs);
}

/** Since then it has begun nothing further. */
const isPast = ({ now, settings }: Core, sinceMs: number): boolean => now - sinceMs > unansweredMs(settings);

const livingAgentOf = (core: Core, host: HostName): AgentIncarnation | null =>
  host === core.settings.host ? core.settings.agent : core.coordination.intents.livingAgent(core, host);

/** The agent that was ordered is no more, and what it has asked of nova is carried out or never will be. */
export function hasEnded(core: Core, ordered: Ordered): boolean {
  const living = livingAgentOf(core, ordered.host);
  if (living === ordered.agent) ordered.goneMs = null;
  else if (living !== null) ordered.goneMs ??= core.now;
  return ordered.goneMs !== null && isPast(core, ordered.goneMs);
}

function isTold(core: Core, ordered: Ordered): boolean {
  const { settings, coordination } = core;
  if (ordered.host !== settings.host) return coordination.intents.tells(core, ordered);
  return [settings.agent, coordination.intents.continued(core)].includes(ordered.agent);
}

/** Of those whom former masters gave orders in this incident: one whose slot may not tell all of it. */
export function untold(core: Core, master: Mastership, incident: Incident): HostName | null {
  incident.orderedBefore = incident.orderedBefore.filter(
    (ordered) =>
      // What its slot tells of may be covered as long as it is open.
      !(isTold(core, ordered) && !hasOpen(core, incident, ordered.host)) &&
      !hasEnded(core, ordered) &&
      !isSpent(core, master, ordered.host),
  );
  return incident.orderedBefore.find((ordered) => !isTold(core, ordered))?.host ?? null;
}

function hasOpen(core: Core, { record }: Incident, host: HostName): boolean {
  const { settings, executor, coordination } = core;
  if (host === settings.host)
    return [...executor.intents.values()].some(({ incident }) => incident === record.id);
  return coordination.intents
    .open(core)
    .some((one) => one.host === host && one.intent.incident === record.id);
}

/** Of a request that has no answer: why nobody else gets the VM, and what ends that. */
export const blocksWords = (host: HostName): string =>
  `no other host gets it before the slot of ${host} says that nothing of it is open: start its agent, or if it is dead: vigil confirm-dead ${host} --by NAME`;

export const untoldWords = (host: HostName): string =>
  `${host} had orders of a former master, and too few of its slots tell what it has asked of nova: see that its agent and beats run and reach the lease volumes, or if it is dead: vigil confirm-dead ${host} --by NAME`;

/** The record has room for so many. */
export const TOO_MANY_HOSTS = `not among the ${MAX_HOSTS_ORDERED} hosts that have orders of this incident now`;

/** Who may get orders now; null: anybody. */
export const onlyThese = (ordered: readonly OrderedHost[]): ReadonlySet<HostName> | null =>
  ordered.length < MAX_HOSTS_ORDERED ? null : new Set(ordered.map(({ host }) => host));

export const areNamed = ({ record }: Incident, ordered: readonly OrderedHost[]): boolean =>
  ordered.every((one) => isIn(record.ordered, one));

export const agentOf = (core: Core, host: HostName): AgentIncarnation | undefined =>
  host === core.settings.host ? core.settings.agent : core.hosts.get(host)?.said?.agent;

export const isIn = (list: readonly OrderedHost[], { host, agent }: OrderedHost): boolean =>
  list.some((one) => one.host === host && one.agent === agent);

/** Whose orders may not be over, and those who are to get one now, as long as there is room for them. */
export function orderedWith(
  core: Core,
  { vms, orderedBefore }: Incident,
  planned: readonly PlannedOrder[],
): readonly OrderedHost[] {
  const wanted = [...orderedBefore, ...[...vms.values()].flatMap(({ order }) => order?.to ?? [])];
  const ordered: OrderedHost[] = [];
  for (const { host, agent } of wanted) if (!isIn(ordered, { host, agent })) ordered.push({ host, agent });
  for (const { target } of planned) {
    const agent = agentOf(core, target);
    if (agent === undefined || ordered.length >= MAX_HOSTS_ORDERED) continue;
    if (!isIn(ordered, { host: target, agent })) ordered.push({ host: target, agent });
  }
  return ordered;
}
