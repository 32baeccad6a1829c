/** INV-7: a protected VM that should run and does not is shown until it runs again, or a person has released it. */
import { showStatus } from '../../src/core/show-status.ts';
import type { SimHost } from '../host.ts';
import type { Check, Checker } from './check.ts';
import { missing } from './wanted.ts';

const LOOK_MS = 5_000;
/** Of one master in office, with nova answering: long enough to have judged, read and shown everything. */
const SHOWN_MS = 120_000;
/** Of a host that has just been heard again nobody knows yet what it says of itself. */
const UNSHOWN_MS = 15_000;

interface Down {
  readonly sinceMs: number;
  /** Since then nothing is shown of it; null: it is shown. */
  readonly unshownMs: number | null;
}

export function watchForgottenVm({ world, released, violate }: Check): Checker {
  let quietSinceMs = 0;
  let master: SimHost | null = null;
  let down = new Map<string, Down>();
  const told = new Set<string>();
  const reported = new Set<string>();
  world.events.listen((event) => {
    if (event.event === 'guest-started') down.delete(event.vm);
    if (event.event !== 'report') return;
    const { cause, state } = event.report;
    if (state !== 'end') reported.add(cause);
    if (state === 'end') reported.delete(cause);
  });

  const isShown = (vm: string, host: string): boolean => {
    const { core = null } = master ?? {};
    const { incidents } = core?.master ?? {};
    if (core === null || incidents === undefined) return true;
    const isNamed = [...incidents.values()].some(
      ({ vms }) => (vms.get(vm)?.state ?? 'recovered') !== 'recovered',
    );
    // Once nova has told what is on the host, each is shown by its name.
    if (isNamed || (incidents.get(host)?.vms.size ?? 0) > 0) return isNamed;
    const causes = [`reboot/${host}`, `incident/${host}`, `incident/${host}/held`];
    if (causes.some((cause) => reported.has(cause))) return true;
    // As a person is told of it: what a master thought of a host before it could not judge any more shows nothing.
    const verdict = showStatus(core).hosts.find((shown) => shown.host === host)?.verdict ?? 'online';
    return verdict !== 'online';
  };
  const look = (): void => {
    world.clock.after(LOOK_MS, look);
    const { now } = world.clock;
    const [present = null] = world.masters();
    if (present !== master || !isReadable()) quietSinceMs = now;
    master = present;
    const stillDown = new Map<string, Down>();
    for (const { uuid: vm, host, taskState } of missing(world, released)) {
      if (taskState !== null || host === null || !isMember(host)) continue;
      const before = down.get(vm);
      const sinceMs = before?.sinceMs ?? now;
      const unshownMs = isShown(vm, host) ? null : (before?.unshownMs ?? now);
      stillDown.set(vm, { sinceMs, unshownMs });
      const isDue = now - Math.max(sinceMs, quietSinceMs) >= SHOWN_MS;
      if (!isDue || told.has(vm) || unshownMs === null || now - unshownMs < UNSHOWN_MS) continue;
      told.add(vm);
      violate(`${vm} has not run for ${now - sinceMs} ms, and nothing is shown of it or of ${host}`, {
        hosts: [host, master?.name ?? null],
        vm,
      });
    }
    down = stillDown;
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
