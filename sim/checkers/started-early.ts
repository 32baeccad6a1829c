/** INV-10: nova-compute of a returned host does not start while a VM of it is still being evacuated. */
import type { Check, Checker } from './check.ts';

export function watchStartedEarly({ world, excuses, violate }: Check): Checker {
  world.events.listen((event) => {
    if (event.event !== 'gate-open' || !world.cluster.settings.gate) return;
    const { host } = event;
    for (const row of world.nova.state.migrations) {
      if (row.source !== host || row.type !== 'evacuation' || !world.nova.mayComeToSomething(row)) continue;
      const { instanceUuid: vm, dest } = row;
      if (excuses.excusesVm(vm)) continue;
      // One that goes on where its target was bet on to be dead is no more to be blamed than a guest that runs on.
      if (dest === null || excuses.noteEvacuated(vm, dest, null) !== null)
        violate(`nova-compute of ${host} starts while ${vm} is evacuated to ${dest}`, {
          hosts: [host, dest],
          vm,
        });
    }
  });
  return {};
}
