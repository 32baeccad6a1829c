/** A host loses its network but not its volumes: it is isolated, and its VMs are left alone. */
import { hostIn } from './cluster-watch.ts';
import { sinceFault, type Milestone } from './milestones.ts';
import type { Stage } from './stage.ts';
import { DemoFailure } from './wait.ts';

const VERDICT_MS = 45_000;
const HEAL_MS = 30_000;
/** Longer than it takes to recover a dead host's VMs: whoever took it for dead would have shown it by then. */
const PATIENCE_MS = 20_000;

export async function isolationStory(stage: Stage, victim: string): Promise<readonly Milestone[]> {
  const { tell, nova, cluster } = stage;
  const vms = (await nova.servers()).filter(({ host }) => host === victim).map(({ name }) => name);
  tell.title(`2. ${victim} is cut from the network, with ${vms.join(', ')} on it; its volumes stay`);
  stage.host(victim).unplug();
  const cutMs = performance.now();
  const cut = sinceFault(tell, 'isolated host');
  cut.reach('', 'link cut, both ways', 'quiet');
  await stage.until(`verdict isolated for ${victim}`, VERDICT_MS, async () => {
    const host = hostIn(await cluster.status(), victim);
    if (host?.verdict === 'suspect') cut.reach('suspected', `${victim} is suspect: ${host.why}`);
    if (host?.verdict !== 'isolated') return null;
    cut.reach('isolated', `${victim} is isolated: ${host.why}`, 'good');
    return true;
  });
  await stage.until('a while to pass', PATIENCE_MS * 2, async () => {
    const isStill = hostIn(await cluster.status(), victim)?.verdict === 'isolated';
    if (!isStill) throw new DemoFailure(`${victim} was isolated and is so no longer`);
    return performance.now() - cutMs >= PATIENCE_MS ? true : null;
  });
  cut.reach(' ', `still isolated; the ${vms.length} VMs run on`, 'good');
  stage.host(victim).plug();
  const healed = sinceFault(tell, 'isolated host');
  healed.reach('', 'link back; seconds count from here', 'quiet');
  await stage.until(`${victim} online again`, HEAL_MS, async () => {
    if (hostIn(await cluster.status(), victim)?.verdict !== 'online') return null;
    healed.reach('online, after the repair', `${victim} is online`, 'good');
    return true;
  });
  return [...cut.all, ...healed.all].filter(({ stage: name }) => name.trim() !== '');
}
