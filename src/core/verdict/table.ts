/**
 * The verdict table: what the paths and witnesses of a host mean, once nothing is declared about it (maintenance,
 * leaving, an open incident, a new boot: judge.ts). Every combination of facts has its cell, or this file does not
 * compile. The row numbers are those of docs/verdicts.md, which a test checks against this table.
 */
import type { PathState } from '../evidence/volume-path.ts';
import type { AgentState, Facts, Hearing, StorageState, Witness } from './facts.ts';
import type { Verdict } from './verdict.ts';

export interface Row {
  readonly row: number;
  readonly verdict: Verdict;
  /** For an operator. */
  readonly words: string;
}

export type Health = 'whole' | 'troubled';

const DEGRADED: Row = {
  row: 6,
  verdict: 'degraded',
  words:
    'its heartbeats arrive over the network, but it lost a volume, a beat, or does not hear the master, or two agents speak in its name',
};
const ONLINE: Row = { row: 7, verdict: 'online', words: 'its heartbeats arrive over the network' };
const AGENT_SILENT: Row = {
  row: 8,
  verdict: 'agent-down',
  words: 'its beat still writes to shared storage and says that the agent is silent; the host lives',
};
const ISOLATED: Row = {
  row: 9,
  verdict: 'isolated',
  words:
    'it writes to shared storage, but hears no neighbour and no isolation address; its VMs are left alone',
};
const PARTITIONED: Row = {
  row: 10,
  verdict: 'partitioned',
  words: 'it writes to shared storage and hears others, but not the master; its VMs are left alone',
};
const HEARD_BY_NEIGHBOUR: Row = {
  row: 11,
  verdict: 'partitioned',
  words: 'network and volumes are silent here, but a neighbour hears its agent; its VMs are left alone',
};
const WITNESS_ALIVE: Row = {
  row: 12,
  verdict: 'agent-down',
  words: 'network and volumes are silent, but a witness says that its kernel or nova-compute lives',
};
const NOT_ENOUGH: Row = {
  row: 13,
  verdict: 'suspect',
  words: 'too soon to tell',
};
const UNSEEN: Row = {
  row: 14,
  verdict: 'unknown',
  words: 'a volume it could write cannot be read here, or it could write none, so its silence proves nothing',
};
const SILENT_EVERYWHERE: Row = {
  row: 16,
  verdict: 'failed',
  words: 'network and every volume it could write are silent, and no witness is alive',
};

const byWitness = (none: Row): Record<Witness, Row> => ({
  'agent-heard': HEARD_BY_NEIGHBOUR,
  'kernel-alive': WITNESS_ALIVE,
  'nova-compute-alive': WITNESS_ALIVE,
  'none-alive': none,
});

type AliveOnStorage = Record<AgentState, Record<Hearing, Row>>;
const aliveOnStorage: AliveOnStorage = {
  silent: { something: AGENT_SILENT, nothing: AGENT_SILENT, 'not-told': AGENT_SILENT },
  speaking: { something: PARTITIONED, nothing: ISOLATED, 'not-told': NOT_ENOUGH },
};

/** Beyond the network: what storage says, and where storage is silent, the witnesses. */
const networkSilent: Record<Exclude<StorageState, 'fresh'>, Record<Witness, Row>> & {
  fresh: AliveOnStorage;
} = {
  fresh: aliveOnStorage,
  undecided: {
    'agent-heard': NOT_ENOUGH,
    'kernel-alive': NOT_ENOUGH,
    'nova-compute-alive': NOT_ENOUGH,
    'none-alive': NOT_ENOUGH,
  },
  lost: byWitness(SILENT_EVERYWHERE),
  unseen: byWitness(UNSEEN),
  'none-listed': byWitness(UNSEEN),
};

const table: Record<PathState, Record<Health, Row> | typeof networkSilent> = {
  fresh: { whole: ONLINE, troubled: DEGRADED },
  lost: networkSilent,
  // Nobody has had time to answer yet.
  unseen: {
    whole: NOT_ENOUGH,
    troubled: NOT_ENOUGH,
  },
};

export type TableFacts = Pick<Facts, 'network' | 'storage' | 'agent' | 'hearing' | 'witness'> & {
  readonly health: Health;
};

export function lookUp(facts: TableFacts): Row {
  const byNetwork = table[facts.network];
  if ('whole' in byNetwork) return byNetwork[facts.health];
  if (facts.storage === 'fresh') return byNetwork.fresh[facts.agent][facts.hearing];
  return byNetwork[facts.storage][facts.witness];
}

export function healthOf({
  troubledVolumes,
  hearsMaster,
  namesakes,
}: Pick<Facts, 'troubledVolumes' | 'hearsMaster' | 'namesakes'>): Health {
  return troubledVolumes.length === 0 && hearsMaster && !namesakes ? 'whole' : 'troubled';
}
