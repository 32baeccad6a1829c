/**
 * A host's evidence, reduced to the few facts the verdict table is written in. Each is closed: there is no case that
 * the table does not know.
 */
import { formerBootLives } from '../evidence/boots.ts';
import type { FarWitness } from '../evidence/far-witness.ts';
import {
  advancedLately,
  agentSilentMs,
  lastLifeMs,
  networkOf,
  tellingVolumes,
  volumeOf,
  type HostEvidence,
} from '../evidence/host.ts';
import { speaksInTurn } from '../evidence/network-path.ts';
import { reportSince, type NovaWitness, type Report } from '../evidence/nova-witness.ts';
import type { PathState } from '../evidence/volume-path.ts';
import type { Timing } from '../timing/timing.ts';
import type { HostName } from '../wire/records.ts';

/**
 * `fresh`: an advance was seen within the last beats. `undecided`: none lately, but not for long enough to call it
 * lost. `none-listed`: it did not say that it can write a volume, so silence there says nothing.
 */
export type StorageState = PathState | 'undecided' | 'none-listed';
export type AgentState = 'speaking' | 'silent';
/** What the host says it hears besides the master. */
export type Hearing = 'something' | 'nothing' | 'not-told';
export type Witness = 'agent-heard' | 'kernel-alive' | 'nova-compute-alive' | 'none-alive';

export interface Facts {
  readonly network: PathState;
  readonly storage: StorageState;
  readonly agent: AgentState;
  readonly hearing: Hearing;
  readonly witness: Witness;
  /** Who heard it, for the report. */
  readonly witnesses: readonly string[];
  /** nova-compute's own report, as far as it can be judged. */
  readonly novaReport: Report;
  readonly hearsMaster: boolean;
  /** Two agents speak in its name: what one says is not true of the other. */
  readonly namesakes: boolean;
  /** A boot of it that should be over shows life: none is taken for a new one until that is over. */
  readonly formerBootLives: boolean;
  /** Volumes by name on which its slot stands still, or that it says it cannot write. */
  readonly troubledVolumes: readonly string[];
  readonly freshVolumes: readonly string[];
  /** Since when every path has been silent. */
  readonly silentSinceMs: number | null;
}

export interface FactsContext {
  readonly now: number;
  readonly timing: Timing;
  readonly nova: NovaWitness;
  readonly farWitnesses: ReadonlyMap<HostName, readonly FarWitness[]>;
  /** Names of volumes by uuid, for people. */
  readonly volumeName: (uuid: string) => string;
}

export function gatherFacts(evidence: HostEvidence, context: FactsContext): Facts {
  const { now, timing } = context;
  const { said } = evidence;
  const seenFresh: string[] = [];
  for (const uuid of evidence.volumes.keys())
    if (advancedLately(evidence, uuid, timing, now)) seenFresh.push(uuid);
  const { states, troubled } = lookAtVolumes(evidence, context);
  const silentSinceMs = lastLifeMs(evidence);
  const { witness, witnesses } = judgeWitnesses(evidence, silentSinceMs, context);
  return {
    network: networkOf(evidence, timing, now),
    storage: judgeStorage(states, seenFresh.length > 0),
    agent: agentSilentMs(evidence, seenFresh) >= timing.agentSilentMs ? 'silent' : 'speaking',
    hearing: judgeHearing(evidence),
    witness,
    witnesses,
    novaReport: judgeReport(evidence, silentSinceMs, context),
    hearsMaster: said === null || said.view.master !== null || isJustBack(evidence, context),
    namesakes: speaksInTurn(evidence.network, now),
    formerBootLives: formerBootLives(evidence, timing, now),
    troubledVolumes: troubled,
    freshVolumes: seenFresh.map(context.volumeName),
    silentSinceMs,
  };
}

/** The states of the volumes that tell of it, and by name what is wrong with any. */
function lookAtVolumes(
  evidence: HostEvidence,
  { now, timing, volumeName }: FactsContext,
): { readonly states: readonly PathState[]; readonly troubled: readonly string[] } {
  const { said } = evidence;
  const states: PathState[] = [];
  const troubled: string[] = [];
  for (const { name, writable } of said?.view.volumes ?? []) if (!writable) troubled.push(name);
  for (const uuid of tellingVolumes(evidence, timing, now)) {
    const state = volumeOf(evidence, uuid, timing, now);
    states.push(state);
    // One that is unseen this host cannot read: that says nothing of the other.
    if (state === 'lost') troubled.push(volumeName(uuid));
  }
  return { states, troubled: troubled.length > 1 ? [...new Set(troubled)] : troubled };
}

/** A control host has no nova-compute that could report. */
function judgeReport(
  { host, said }: HostEvidence,
  silentSinceMs: number | null,
  { nova, timing, now }: FactsContext,
): Report {
  if (said?.role === 'control') return 'quiet';
  return silentSinceMs === null ? 'unknown' : reportSince(nova, host, silentSinceMs, timing, now);
}

/** A host that has just been heard again has not had its echo yet. */
function isJustBack({ network }: HostEvidence, { now, timing }: FactsContext): boolean {
  return network.sinceMs === null || now - network.sinceMs < timing.networkLostMs;
}

function judgeStorage(states: readonly PathState[], anyFresh: boolean): StorageState {
  if (anyFresh) return 'fresh';
  if (states.length === 0) return 'none-listed';
  if (states.includes('fresh')) return 'undecided';
  return states.includes('unseen') ? 'unseen' : 'lost';
}

/** A view that still names a master is older than the loss: the host has not told yet what it hears now. */
function judgeHearing(evidence: HostEvidence): Hearing {
  const view = evidence.said?.view;
  if (view === undefined || view.master !== null) return 'not-told';
  if (view.neighbours.length === 0 && view.isolation.length === 0) return 'not-told';
  const heard =
    view.neighbours.some(({ answer }) => answer !== 'none') ||
    view.isolation.some(({ answered }) => answered);
  return heard ? 'something' : 'nothing';
}

function judgeWitnesses(
  evidence: HostEvidence,
  silentSinceMs: number | null,
  { now, timing, nova, farWitnesses }: FactsContext,
): { witness: Witness; witnesses: readonly string[] } {
  const sinceMs = Math.max(silentSinceMs ?? 0, now - timing.probeFreshMs);
  const agentHeardBy: string[] = [];
  const kernelHeardBy: string[] = [];
  for (const [host, { answer, begunMs }] of evidence.probes) {
    if (begunMs < sinceMs || answer === 'none') continue;
    (answer === 'agent' ? agentHeardBy : kernelHeardBy).push(host);
  }
  for (const { by, answer } of farWitnesses.get(evidence.host) ?? [])
    (answer === 'agent' ? agentHeardBy : kernelHeardBy).push(by);
  if (agentHeardBy.length > 0) return { witness: 'agent-heard', witnesses: agentHeardBy };
  if (kernelHeardBy.length > 0) return { witness: 'kernel-alive', witnesses: kernelHeardBy };
  if (silentSinceMs !== null && reportSince(nova, evidence.host, silentSinceMs, timing, now) === 'alive') {
    return { witness: 'nova-compute-alive', witnesses: ['nova'] };
  }
  return { witness: 'none-alive', witnesses: [] };
}
