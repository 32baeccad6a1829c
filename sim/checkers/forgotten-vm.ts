/** INV-7: a protected VM that should run and does not is shown until it runs again, or a person has released it. */
import { showStatus } from '../../src/core/show-status.ts';
import type { SimHost } from '../host.ts';
import type { Check, Checker } from './check.ts';
import { missing } from './wanted.ts';

const LOOK_MS = 5_000;
/** Of one master in office, with nova answering: long enough to have judged, read and shown everything. */
const SHOWN_MS = 120_000;

export function watchForgottenVm({ world, released, violate }: Check): Checker {
  let quietSinceMs = 0;
  let master: SimHost | null = null;
  let downSince = new Map<string, number>();
  const told = new Set<string>();
  const reported = new Set<string>();
  world.events.listen((event) => {
    if (event.event !== 'report') return;
    const { cause, state } = event.report;
    if (state === 'begin') reported.add(cause);
    if (state === 'end') reported.delete(cause);
  });

  const isShown = (vm: string, host: string): boolean => {
    const { core = null } = master ?? {};
    const { incidents } = core?.master ?? {};
    const causes = [`reboot/${host}`, `incident/${host}`, `incident/${host}/held`];
    if (core === null || incidents === undefined || causes.some((cause) => reported.has(cause))) return true;
    // As a person is told of it: what a master thought of a host before it could not judge any more shows nothing.
    const verdict = showStatus(core).hosts.find((shown) => shown.host === host)?.verdict ?? 'online';
    return verdict !== 'online' || [...incidents.values()].some(({ vms }) => vms.has(vm));
  };
  const look = (): void => {
    world.clock.after(LOOK_MS, look);
    const { now } = world.clock;
    const [present = null] = world.masters();
    if (present !== master || !isReadable()) quietSinceMs = now;
    master = present;
    const stillDown = new Map<string, number>();
    for (const { uuid: vm, host, taskState } of missing(world, released)) {
      if (taskState !== null || host === null || !isMember(host)) continue;
      const sinceMs = downSince.get(vm) ?? now;
      stillDown.set(vm, sinceMs);
      if (now - Math.max(sinceMs, quietSinceMs) < SHOWN_MS || told.has(vm) || isShown(vm, host)) continue;
      told.add(vm);
      violate(`${vm} has not run for ${now - sinceMs} ms, and nothing is shown of it or of ${host}`, {
        hosts: [host, master?.name ?? null],
        vm,
      });
    }
    downSince = stillDown;
  };
  // Who is a member stands in the slots: of a host that never wrote one Vigil knows nothing.
  const isMember = (host: string): boolean => world.volumes.some(({ slotOf }) => slotOf.has(host));
  const isReadable = (): boolean => {
    const { faults, state } = world.nova;
    const isSlow = faults.slowMs + faults.lateMsMax > 0;
    return faults.up && !faults.hangs && !isSlow && faults.refuses.size === 0 && state.deadCells.size === 0;
  };
  look();
  return {};
}
