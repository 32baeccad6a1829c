/** In which boot each host has written its slots last, and whether anything is left that tells of it. */
import type { World } from '../world.ts';

export class LastBoots {
  private readonly wrote = new Map<string, string>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
    world.events.listen((event) => {
      if (event.event === 'volume-answered' && event.answer.of === 'write-body' && event.answer.ok)
        this.wrote.set(event.by, world.host(event.by).boot);
    });
  }

  /** To be asked as the host starts: its slots are torn, or covered by those of an older life, and no agent remembers. */
  isForgotten(name: string): boolean {
    const { hosts, volumes } = this.world;
    const boot = this.wrote.get(name);
    if (boot === undefined || boot === this.world.host(name).boot) return false;
    const remembers = [...hosts.values()].some(({ core }) => {
      const evidence = core?.hosts.get(name);
      return evidence?.boot === boot || evidence?.formerBoots.has(boot) === true;
    });
    return !remembers && volumes.every(({ slotOf }) => slotOf.get(name)?.header.boot !== boot);
  }
}
