/** INV-6: two agents never act as master at the same time; asked after each step of one that may. */
import type { SimHost } from '../host.ts';
import type { Check, Checker } from './check.ts';

export function watchTwoMasters({ world, violate }: Check): Checker {
  /** By their own belief, also while they are paused. */
  const holders = new Set<SimHost>(world.masters());
  const isActing = (host: SimHost): boolean => {
    const { core } = host;
    if (core === null || !host.agent || !host.power) return false;
    return core.coordination.lease.remainingMs({ ...core, now: world.localMs(host) }) > 0;
  };
  world.events.listen((event) => {
    if (event.event !== 'lease') return;
    const host = world.host(event.host);
    if (event.holds) holders.add(host);
    else holders.delete(host);
  });
  world.onStep((host) => {
    if (holders.size < 2 || !holders.has(host) || !isActing(host)) return;
    for (const other of holders)
      if (other !== host && isActing(other))
        violate(`${host.name} and ${other.name} act as master`, { hosts: [host.name, other.name] });
  });
  return {};
}
