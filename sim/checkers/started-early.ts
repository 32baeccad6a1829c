/** INV-10: nova-compute of a returned host does not start while a VM of it is still being evacuated. */
import type { Check, Checker } from './check.ts';

export function watchStartedEarly({ world, excuses, violate }: Check): Checker {
  world.events.listen((event) => {
    if (event.event !== 'gate-open' || !world.cluster.settings.gate) return;
    const { host } = event;
    for (const row of world.nova.state.migrations) {
      if (row.source !== host || row.type !== 'evacuation' || !world.nova.mayComeToSomething(row)) continue;
      if (!excuses.excusesVm(row.instanceUuid))
        violate(`nova-compute of ${host} starts while ${row.instanceUuid} is evacuated to ${row.dest}`, {
          hosts: [host, row.dest],
          vm: row.instanceUuid,
        });
    }
  });
  return {};
}
