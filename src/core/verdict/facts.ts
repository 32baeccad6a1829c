/**
 * A host's evidence, reduced to the few facts the verdict table is written in. Each is closed: there is no case that
 * the table does not know.
 */
import { formerBootLives } from '../evidence/boots.ts';
import {
  advancedLately,
  agentSilentMs,
  lastLifeMs,
  listedVolumes,
  networkOf,
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
 * lost. `none-listed`: it never said that it can write a volume, so silence there says nothing.
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
  /** Listed volumes by name that are not fresh here, or that it says it cannot write. */
  readonly troubledVolumes: readonly string[];
  readonly freshVolumes: readonly string[];
  /** Since when every path has been silent. */
  readonly silentSinceMs: number | null;
}

export interface FactsContext {
  readonly now: number;
  readonly timing: Timing;
  readonly self: HostName;
  readonly nova: NovaWitness;
  /** Names of volumes by uuid, for people. */
  readonly volumeName: (uuid: string) => string;
}

export function gatherFacts(evidence: HostEvidence, context: FactsContext): Facts {
  const { now, timing } = context;
  const said = evidence.said;
  const listed = said === null ? [...evidence.volumes.keys()] : listedVolumes(said.view);
  const states = listed.map((uuid) => ({ uuid, state: volumeOf(evidence, uuid, timing, now) }));
  const seenFresh = [...evidence.volumes.keys()].filter((uuid) =>
    advancedLately(evidence, uuid, timing, now),
  );
  const silentSinceMs = lastLifeMs(evidence);
  const { witness, witnesses } = judgeWitnesses(evidence, silentSinceMs, context);
  const unwritable =
    said?.view.volumes.filter((volume) => !volume.writable).map((volume) => volume.name) ?? [];
  return {
    network: networkOf(evidence, timing, now),
    storage: judgeStorage(
      states.map(({ state }) => state),
      seenFresh.length > 0,
    ),
    agent: agentSilentMs(evidence, seenFresh) >= timing.agentSilentMs ? 'silent' : 'speaking',
    hearing: judgeHearing(evidence),
    witness,
    witnesses,
    novaReport: judgeReport(evidence, silentSinceMs, context),
    hearsMaster: said === null || said.view.master !== null || isJustBack(evidence, context),
    namesakes: speaksInTurn(evidence.network, now),
    formerBootLives: formerBootLives(evidence, timing, now),
    troubledVolumes: [
      ...new Set([
        ...unwritable,
        ...states.filter(({ state }) => state !== 'fresh').map(({ uuid }) => context.volumeName(uuid)),
      ]),
    ],
    freshVolumes: seenFresh.map(context.volumeName),
    silentSinceMs,
  };
}

/** A control host has no nova-compute that could report. */
function judgeReport(
  { host, said }: HostEvidence,
  silentSinceMs: number | null,
  { nova, timing }: FactsContext,
): Report {
  if (said?.role === 'control') return 'quiet';
  return silentSinceMs === null ? 'unknown' : reportSince(nova, host, silentSinceMs, timing);
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
  { now, timing, nova }: FactsContext,
): { witness: Witness; witnesses: readonly string[] } {
  const sinceMs = Math.max(silentSinceMs ?? 0, now - timing.probeFreshMs);
  const answers = [...evidence.probes].filter(([, probe]) => probe.begunMs >= sinceMs);
  const by = (wanted: 'agent' | 'kernel'): string[] =>
    answers.filter(([, probe]) => probe.answer === wanted).map(([host]) => host);
  const agentHeardBy = by('agent');
  if (agentHeardBy.length > 0) return { witness: 'agent-heard', witnesses: agentHeardBy };
  const kernelHeardBy = by('kernel');
  if (kernelHeardBy.length > 0) return { witness: 'kernel-alive', witnesses: kernelHeardBy };
  if (silentSinceMs !== null && reportSince(nova, evidence.host, silentSinceMs, timing) === 'alive') {
    return { witness: 'nova-compute-alive', witnesses: ['nova'] };
  }
  return { witness: 'none-alive', witnesses: [] };
}
