/** This host and every other as candidates; who is not fit says why. */
import { leaseMajority, leaseVolumes } from '../coordination/volume/majority.ts';
import type { HostEvidence } from '../evidence/host.ts';
import type { Judgement, Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { isWritable } from '../volumes.ts';
import type { HostName } from '../wire/records.ts';
import type { CandidateHost } from './candidates.ts';
import type { Reading } from './reading.ts';

type Fitness = Pick<CandidateHost, 'unfit' | 'degraded'>;

export function candidates(core: Core, master: Mastership, reading: Reading): readonly CandidateHost[] {
  const works = [...master.incidents.values()].flatMap(({ vms }) => [...vms.values()]);
  const describe = (host: HostName, fitness: Fitness): CandidateHost => ({
    host,
    ...fitness,
    service: core.nova.services.find((service) => service.host === host) ?? null,
    capacity: reading.capacity?.find((free) => free.host === host) ?? null,
    load: works.filter(
      ({ target, state }) => target === host && (state === 'ordered' || state === 'evacuating'),
    ).length,
    placed: works.filter(({ target, state }) => target === host && state !== 'held').length,
  });
  const others = [...core.hosts.values()].map((evidence) =>
    describe(evidence.host, fitnessOf(core, evidence, master.judgements.get(evidence.host))),
  );
  return [...others, describe(core.settings.host, ownFitness(core))];
}

function fitnessOf(core: Core, { said }: HostEvidence, judgement: Judgement | undefined): Fitness {
  const verdict = judgement?.verdict ?? 'unknown';
  if (said?.role === 'control') return { unfit: 'is a control host', degraded: false };
  if (verdict === 'online') return { unfit: null, degraded: false };
  const unfit = `is ${verdict}`;
  if (verdict !== 'degraded' || judgement === undefined || said === null) return { unfit, degraded: false };
  const { hearsMaster, namesakes, formerBootLives } = judgement.facts;
  // Its intents and its own look at lease and incident need no more than that.
  const writes = said.view.volumes.filter(({ uuid, writable }) => writable && isLease(core, uuid));
  const able = hearsMaster && !namesakes && !formerBootLives && writes.length >= majority(core);
  return { unfit: able ? null : unfit, degraded: true };
}

function ownFitness(core: Core): Fitness {
  const { role, timing } = core.settings;
  if (role === 'control') return { unfit: 'is a control host', degraded: false };
  const writable = [...core.volumes.values()].filter((volume) => isWritable(volume, timing.beatMs, core.now));
  const able = leaseVolumes(writable).length >= majority(core);
  return { unfit: able ? null : 'is degraded', degraded: writable.length < core.volumes.size };
}

function majority(core: Core): number {
  return leaseMajority(core.volumes.values());
}

function isLease(core: Core, uuid: string): boolean {
  return leaseVolumes(core.volumes.values()).some((volume) => volume.uuid === uuid);
}
