/** VMs of open incidents that wait for long, by what a master shows of them. */
import type { World } from '../world.ts';

/** A state that lasts has its reason with the next round, which takes nova's time. */
const REASON_MS = 60_000;
/** By the design ten minutes, and a round. */
const TOLD_MS = 720_000;

const WAITING: ReadonlySet<string> = new Set(['waiting', 'held']);

export class WaitingVms {
  /** By master, incident, life of the host and VM: since when it waits, and since when without a reason. */
  private readonly waits = new Map<string, { readonly sinceMs: number; unexplainedMs: number }>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** To be asked every second or so: what is wrong about them. */
  look(isOpen: (cause: string) => boolean): readonly { readonly words: string; readonly vm: string }[] {
    const { now } = this.world.clock;
    const found: { words: string; vm: string }[] = [];
    const seen = new Set<string>();
    for (const { name, core } of this.world.masters())
      for (const [victim, { record, vms }] of core?.master?.incidents ?? [])
        for (const { vm, state, reason } of vms.values()) {
          if (!WAITING.has(state)) continue;
          const key = `${name} ${record.id} ${record.victimBoot} ${vm}`;
          seen.add(key);
          const wait = this.waits.get(key) ?? { sinceMs: now, unexplainedMs: now };
          this.waits.set(key, wait);
          if ((reason?.trim() ?? '') !== '') wait.unexplainedMs = now;
          if (now - wait.unexplainedMs >= REASON_MS)
            found.push({ vm, words: `${vm} of ${victim} is ${state}, and nobody is told why` });
          const causes = [`incident/${victim}/waiting`, `incident/${victim}/held`];
          if (now - wait.sinceMs >= TOLD_MS && !causes.some(isOpen))
            found.push({
              vm,
              words: `${vm} of ${victim} has been ${state} for long, and it is not reported`,
            });
        }
    for (const key of this.waits.keys()) if (!seen.has(key)) this.waits.delete(key);
    return found;
  }
}
