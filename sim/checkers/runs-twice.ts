/** INV-1, L1: at every instant each VM runs on at most one host. */
import type { Check, Checker } from './check.ts';

export function watchRunsTwice({ world, excuses, violate }: Check): Checker {
  world.events.listen((event) => {
    if (event.event !== 'guest-started') return;
    const { vm } = event;
    const places = [...(world.guests.running.get(vm) ?? [])];
    if (places.length > 1 && !excuses.excusesVm(vm))
      violate(`${vm} runs on ${places.join(' and on ')}`, { hosts: places, vm });
  });
  return {};
}
