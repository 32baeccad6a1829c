/** A host loses power: the main job, from the silence to the last VM that runs again. */
import { hostIn, incidentOf } from './cluster-watch.ts';
import { sinceFault, type Milestone, type Milestones } from './milestones.ts';
import type { ServerRecord } from './nova-records.ts';
import type { Stage } from './stage.ts';
import { DemoFailure } from './wait.ts';
import type { ClusterStatus } from '../core/status.ts';

const RECOVERY_MS = 75_000;
export const POWER_STORY = 'host without power';

export async function powerStory(stage: Stage, victim: string): Promise<readonly Milestone[]> {
  const { tell, nova } = stage;
  const lost = (await nova.servers()).filter(({ host }) => host === victim);
  tell.title(`1. ${victim} loses power, and with it ${lost.map(({ name }) => name).join(', ')}`);
  stage.host(victim).powerOff();
  const seen = sinceFault(tell, POWER_STORY);
  seen.reach('', `power off: every process of ${victim} killed, its link dead`, 'quiet');
  await stage.until(`the ${lost.length} VMs of ${victim} to run again`, RECOVERY_MS, async () => {
    const status = await stage.cluster.status();
    tellVerdict(seen, status, victim);
    if (!seen.has('failed')) return null;
    tellProof(seen, status, victim);
    await tellForcedDown(seen, stage, victim);
    tellCandidates(seen, status, victim);
    return (await tellBack(seen, stage, victim, lost)) ? true : null;
  });
  return seen.all.filter((milestone) => milestone.stage !== '');
}

function tellVerdict(seen: Milestones, status: ClusterStatus | null, victim: string): void {
  const host = hostIn(status, victim);
  if (host === null) return;
  const { verdict, why } = host;
  if (verdict === 'suspect') seen.reach('suspected', `${victim} is suspect: ${why}`);
  else if (verdict === 'failed')
    seen.reach('failed', `${victim} is failed: silent on every path, twice in a row`);
  else if (verdict !== 'online') seen.reach(verdict, `${victim} is ${verdict}: ${why}`);
}

function tellProof(seen: Milestones, status: ClusterStatus | null, victim: string): void {
  const incident = incidentOf(status, victim);
  if (incident === null) return;
  const { proof, hold } = incident;
  if (hold !== null) seen.reach(`held: ${hold.code}`, holdText(hold), 'quiet');
  if (proof !== null) seen.reach(`proof: ${proof}`, `proof of death: ${proof}`);
}

function tellCandidates(seen: Milestones, status: ClusterStatus | null, victim: string): void {
  const vms = incidentOf(status, victim)?.vms ?? [];
  if (vms.length === 0 || vms.some(({ target }) => target === null)) return;
  const words = vms.map(({ name, target }) => `${name} to ${target}`).join(', ');
  seen.reach('candidates chosen', `candidates: ${words}`);
}

function holdText({ code, words }: { readonly code: string; readonly words: string }): string {
  return code === 'no-proof' ? 'no proof of death yet, so nothing is restarted' : `held: ${words}`;
}

async function tellForcedDown(seen: Milestones, { nova }: Stage, victim: string): Promise<void> {
  if (seen.has('forced down')) return;
  const service = (await nova.services()).find(({ host }) => host === victim);
  if (service?.isForcedDown === true) seen.reach('forced down', `nova has ${victim} forced down`);
}

/** Are all back? Tells each. */
async function tellBack(
  seen: Milestones,
  { nova }: Stage,
  victim: string,
  lost: readonly ServerRecord[],
): Promise<boolean> {
  const rows = await nova.evacuations();
  if (rows.length > 0) seen.reach('first evacuation accepted', 'nova accepted the first evacuation');
  const now = await nova.servers();
  const back = now.filter(
    ({ id, status, host }) => lost.some((vm) => vm.id === id) && status === 'ACTIVE' && host !== victim,
  );
  for (const { name, host } of back) seen.reach(`${name} back`, `${name} runs on ${host}`, 'good');
  const isSettled = rows.every(({ status }) => status === 'done' || status === 'completed');
  if (back.length < lost.length || !isSettled) return false;
  if (rows.length === 0) throw new DemoFailure('VMs moved without an evacuation record');
  seen.reach('all VMs back', `all ${lost.length} VMs of ${victim} are back`, 'good');
  return true;
}
