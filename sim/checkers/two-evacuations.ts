/** INV-3: of a VM's evacuations at most one can still come to something. */
import type { Check, Checker } from './check.ts';

export function watchTwoEvacuations({ world, excuses, violate }: Check): Checker {
  world.events.listen((event) => {
    if (event.event !== 'evacuation-accepted' || !event.byVigil) return;
    const { vm, source } = event.row;
    if (excuses.excusesVm(vm)) return;
    const open = world.nova.evacuationsOf(vm).filter((row) => world.nova.mayComeToSomething(row));
    if (open.length < 2) return;
    const targets = open.map(({ dest }) => dest ?? 'a host that is not chosen');
    violate(`${vm} has ${open.length} open evacuations: to ${targets.join(' and to ')}`, {
      hosts: [source, ...open.map(({ dest }) => dest)],
      vm,
    });
  });
  return {};
}
