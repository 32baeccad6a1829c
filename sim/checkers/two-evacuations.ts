/** INV-3: of a VM's evacuations at most one can still come to something. */
import type { Check, Checker } from './check.ts';

export function watchTwoEvacuations({ world, excuses, violate }: Check): Checker {
  world.events.listen((event) => {
    if (event.event !== 'evacuation-accepted' || !event.byVigil) return;
    const { id, vm, source, target } = event.row;
    if (excuses.excusesVm(vm)) return;
    const open = world.nova.evacuationsOf(vm).filter((row) => world.nova.mayComeToSomething(row));
    const others = open.filter((row) => row.id !== id);
    // One that goes on is no more to be blamed than a guest that runs on, where its target was bet on to be dead.
    if (others.every(({ dest }) => dest !== null && excuses.noteEvacuated(vm, dest, target) === null)) return;
    const targets = open.map(({ dest }) => dest ?? 'a host that is not chosen');
    violate(`${vm} has ${open.length} open evacuations: to ${targets.join(' and to ')}`, {
      hosts: [source, ...open.map(({ dest }) => dest)],
      vm,
    });
  });
  return {};
}
