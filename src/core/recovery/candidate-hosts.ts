/** This host and every other as candidates; who is not fit says why. */
import type { HostEvidence } from '../evidence/host.ts';
import { canServe } from '../master/can-serve.ts';
import type { Judgement, Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { ownView } from '../link/link.ts';
import { hasNamesake } from '../link/namesake.ts';
import type { HostName } from '../wire/records.ts';
import type { CandidateHost } from './candidates.ts';
import type { Incident, VmWork } from './incident.ts';
import type { Reading } from './reading.ts';

type Fitness = Pick<CandidateHost, 'unfit' | 'degraded'>;

export function candidates(
  core: Core,
  master: Mastership,
  incident: Incident,
  reading: Reading,
): readonly CandidateHost[] {
  const works = [...master.incidents.values()].flatMap(({ vms }) => [...vms.values()]);
  const isUnderWay = ({ state }: VmWork): boolean => state === 'ordered' || state === 'evacuating';
  const services = byHost(core.nova.services);
  const capacities = byHost(reading.capacity ?? []);
  const describe = (host: HostName, fitness: Fitness): CandidateHost => ({
    host,
    ...fitness,
    service: services.get(host) ?? null,
    capacity: capacities.get(host) ?? null,
    load: works.filter((work) => work.target === host && isUnderWay(work)).length,
    // What other incidents have brought there is long there, and takes its memory.
    placed: works.filter(
      (work) =>
        work.target === host && work.state !== 'held' && (isUnderWay(work) || incident.vms.has(work.vm)),
    ).length,
  });
  const others = [...core.hosts.values()].map((evidence) =>
    describe(evidence.host, fitnessOf(core, evidence, master.judgements.get(evidence.host))),
  );
  return [...others, describe(core.settings.host, ownFitness(core))];
}

/** The first that is listed of each host. */
function byHost<Item extends { readonly host: HostName }>(
  list: readonly Item[],
): ReadonlyMap<HostName, Item> {
  return new Map([...list].reverse().map((item) => [item.host, item]));
}

function fitnessOf(core: Core, evidence: HostEvidence, judgement: Judgement | undefined): Fitness {
  const verdict = judgement?.verdict ?? 'unknown';
  if (evidence.said?.role === 'control') return { unfit: 'is a control host', degraded: false };
  return {
    unfit: canServe(core, evidence, judgement) ? null : `is ${verdict}`,
    degraded: verdict !== 'online',
  };
}

function ownFitness(core: Core): Fitness {
  if (core.settings.role === 'control') return { unfit: 'is a control host', degraded: false };
  const { volumes } = ownView(core);
  const able = core.coordination.intents.couldWrite(core, volumes) && !hasNamesake(core);
  const whole = volumes.filter(({ writable }) => writable).length === core.volumes.size;
  return { unfit: able ? null : 'is degraded', degraded: !whole };
}
