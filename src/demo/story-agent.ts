/** An agent dies alone: its beats say so, nothing is moved, and it is no master's job to restart it. */
import { hostIn } from './cluster-watch.ts';
import { sinceFault, type Milestone } from './milestones.ts';
import type { Stage } from './stage.ts';

const VERDICT_MS = 45_000;
const RESTART_MS = 30_000;

export async function agentStory(stage: Stage, victim: string): Promise<readonly Milestone[]> {
  const { tell, nova, cluster } = stage;
  const vms = (await nova.servers()).filter(({ host }) => host === victim).map(({ name }) => name);
  tell.title(`3. the agent of ${victim} is killed, and nothing else; ${vms.join(', ')} run there`);
  stage.host(victim).killAgent();
  const killed = sinceFault(tell, 'dead agent');
  killed.reach('', 'SIGKILL to the agent', 'quiet');
  await stage.until(`verdict agent-down for ${victim}`, VERDICT_MS, async () => {
    const host = hostIn(await cluster.status(), victim);
    if (host?.verdict === 'suspect') killed.reach('suspected', `${victim} is suspect: ${host.why}`);
    if (host?.verdict !== 'agent-down') return null;
    killed.reach('agent-down', `${victim} is agent-down: ${host.why}`, 'good');
    return true;
  });
  stage.host(victim).startAgent();
  const back = sinceFault(tell, 'dead agent');
  back.reach('', `agent started, seconds count from here; the ${vms.length} VMs ran on meanwhile`, 'quiet');
  await stage.until(`${victim} online again`, RESTART_MS, async () => {
    if (hostIn(await cluster.status(), victim)?.verdict !== 'online') return null;
    back.reach('online, after the restart', `${victim} is online`, 'good');
    return true;
  });
  return [...killed.all, ...back.all].filter(({ stage: name }) => name !== '');
}
