/** A master with one incident, and rounds of its plan. */
import { evidenceOf } from '../../src/core/evidence/note.ts';
import { createMastership, type Mastership } from '../../src/core/master/mastership.ts';
import type { CandidateHost } from '../../src/core/recovery/candidates.ts';
import type { Migration, Server } from '../../src/core/recovery/cloud.ts';
import {
  createIncident,
  createVmWork,
  type Incident,
  type OpenOrder,
} from '../../src/core/recovery/incident.ts';
import { planRound } from '../../src/core/recovery/plan.ts';
import { type StillOpen, stillOpen } from '../../src/core/recovery/still-open.ts';
import type { Core } from '../../src/core/state.ts';
import type { Intent } from '../../src/core/wire/records.ts';
import { capacity, incidentRecord, order, server, service, settings } from './fixtures.ts';
import { connectedCore } from './pump.ts';

export interface Setting {
  readonly core: Core;
  readonly master: Mastership;
  readonly incident: Incident;
}

export function setUp(): Setting {
  const core = connectedCore({ recovery: { ...settings().recovery, ordersPerTargetMax: 4 } });
  const master = createMastership(1, core.now, true);
  core.master = master;
  const incident = createIncident(incidentRecord({ migrationIdAtDeclaration: 10 }), core.now, false);
  master.incidents.set('h9', incident);
  renewedUpTo(core, 10);
  return { core, master, incident };
}

/** The master has listened for this host, has had no answer to its probes, however late, and nova tells of no report. */
export function lookedFor(core: Core, host: string): void {
  const evidence = evidenceOf(core, host);
  if (evidence === null) throw new Error(`no evidence of ${host}`);
  Object.assign(evidence.network, { heardMs: null, askedMs: 0 });
  evidence.probes.set(core.settings.host, { answer: 'none', begunMs: Number.MAX_SAFE_INTEGER });
  core.nova.sightings.set(host, {
    updatedAt: 'before',
    forcedDown: false,
    firstMs: 0,
    toldMs: 0,
    lastMs: Number.MAX_SAFE_INTEGER,
    changed: null,
  });
}

/** Where the own seat stands on the lease volume. */
export function renewedUpTo(core: Core, counter: number): void {
  for (const volume of core.volumes.values()) volume.ownSeat = { seat: 1, incarnation: 1, counter };
}

export const candidates = (...hosts: readonly string[]): readonly CandidateHost[] =>
  hosts.map((host) => ({
    host,
    unfit: null,
    degraded: false,
    service: service(host),
    capacity: capacity(host),
    load: 0,
    placed: 0,
  }));

interface Round {
  readonly servers?: readonly Server[];
  readonly rows?: readonly Migration[];
  readonly sendNothing?: string;
  readonly hosts?: readonly string[];
  /** What was open before the rows were read; if not told, that is what is open now. */
  readonly openBefore?: StillOpen;
}

export const openNow = ({ core, master, incident }: Setting): StillOpen => stillOpen(core, master, incident);

/** `vm>target` for each order of the round. */
export function plan(at: Setting, round: Round = {}): readonly string[] {
  const { core, master, incident } = at;
  const reading = {
    openBefore: round.openBefore ?? openNow(at),
    servers: round.servers ?? [server('vm')],
    rows: round.rows ?? [],
    capacity: [],
    groups: [],
    places: new Map(),
  };
  return planRound(core, master, incident, reading, {
    candidates: candidates(...(round.hosts ?? ['h2', 'h3'])),
    sendNothing: round.sendNothing ?? null,
    only: null,
  }).map(({ work, target }) => `${work.vm}>${target}`);
}

export const shown = ({ incident }: Setting) => {
  const { state, reason } = incident.vms.get('vm') ?? createVmWork('', '');
  return `${state}: ${reason ?? ''}`;
};

export const intent = (more: Partial<Intent> = {}): Intent => ({
  incident: 'h9-1-1',
  vm: 'vm',
  attempt: 1,
  term: 1,
  phase: 'posted',
  ...more,
});

export function openOrder(at: Setting, outcome: OpenOrder['outcome'], target = 'h2'): OpenOrder {
  const work = createVmWork('vm', 'vm');
  at.incident.vms.set('vm', work);
  const to = { host: target, agent: AGENT, goneMs: null };
  work.order = { order: order(), to, outcome, newestRow: 10, expiredMs: null };
  return work.order;
}

export const AGENT = 'a'.repeat(16);

/** The slot of a host was read, as one of its agents, and beats that live, have written it. */
export function readSlot(
  { master }: Setting,
  host: string,
  intents: readonly Intent[],
  begunMs: number,
  agent = AGENT,
  continues: string | null = null,
): void {
  master.intents.note(host, 'uuid-a', { intents, agent, continues }, begunMs, true);
}
