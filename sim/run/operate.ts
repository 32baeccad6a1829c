/** What only a person may decide, once a minute, while the cluster comes to rest; done as the reasons shown ask for it. */
import { selectHost } from '../../src/cloud/model/scheduler.ts';
import { serverOf } from '../../src/cloud/model/state.ts';
import type { BootId } from '../../src/core/wire/records.ts';
import { act } from '../actions/act.ts';
import type { World } from '../world.ts';

const STAYS_MS = 60_000;

export function operate(world: World): void {
  const [acting] = world.masters();
  if (acting === undefined) return;
  for (const [host, { verdict }] of acting.core?.master?.judgements ?? [])
    if (verdict === 'unknown' && !world.host(host).power) confirmDead(acting.name, host);
  // Where the next one fits is known once nova has placed this one.
  let hasEvacuated = false;
  for (const [host, { hold, record, vms }] of acting.core?.master?.incidents ?? []) {
    for (const { vm, state, reason } of vms.values()) {
      if (reason?.includes('openstack server set --state active') === true && standsStill(world, vm))
        act(world, { do: 'reset-vm', vm });
      // It is looked for on all hosts first.
      const isToBeStarted = state === 'held' && reason?.includes('openstack server reboot --hard') === true;
      if (isToBeStarted && (world.guests.running.get(vm)?.size ?? 0) === 0)
        act(world, { do: 'start-vm', vm });
      const server = serverOf(world.nova.state, vm);
      if (server === null || reason === null || hasEvacuated || !isToBeEvacuated(world, vm, reason)) continue;
      const to = selectHost(world.nova.state, { server, onlyHost: null, notHost: host });
      if (to === null) {
        if (hold?.code === 'evacuations-settling' && willNeverCome(world, vm)) release(world, host);
        break;
      }
      act(world, { do: 'evacuate-by-hand', vm, to });
      hasEvacuated = true;
    }
    if (hold?.code === 'rows-not-completed' && world.host(host).compute) {
      act(world, { do: 'kill', what: 'nova-compute', hosts: [host], lateWriteMs: null });
      act(world, { do: 'start', what: 'nova-compute', hosts: [host] });
    }
    if (hold?.code === 'life-after-failed') act(world, { do: 'reboot', host, forMs: 5_000 });
    if (hold?.code === 'no-proof' && hasEnded(world, host, record.victimBoot)) confirmDead(acting.name, host);
  }

  function confirmDead(on: string, host: string): void {
    act(world, { do: 'confirm-dead', host, on, by: 'ann' });
  }
}

/** No other host can take what Vigil keeps its own host shut for: whoever knows that nothing comes of it any more takes over. */
function release(world: World, host: string): void {
  for (const what of ['agent', 'beats'] as const)
    act(world, { do: 'kill', what, hosts: [host], lateWriteMs: null });
  act(world, { do: 'free-slot', host, force: true });
  act(world, { do: 'force-up', host });
}

const willNeverCome = ({ nova }: World, vm: string): boolean =>
  !nova.evacuationsOf(vm).some((row) => nova.mayComeToSomething(row));

/** Whoever is asked whether it stays so has waited for it. */
function standsStill({ nova, clock }: World, vm: string): boolean {
  const changedMs = serverOf(nova.state, vm)?.updatedAtMs ?? clock.now;
  return clock.now - changedMs >= STAYS_MS;
}

/** Whoever gives his name for it has looked: it is off, or has booted since. A host that hangs is not dead. */
function hasEnded(world: World, name: string, boot: BootId): boolean {
  const host = world.host(name);
  return !host.power || host.boot !== boot;
}

/** Whoever is asked to see whether it runs somewhere, or nova-compute will begin with it, looks first. */
function isToBeEvacuated(world: World, vm: string, reason: string): boolean {
  if (reason.includes('pre-migrating for long')) return true;
  if (reason.includes('see that it does not, then evacuate it by hand'))
    return (world.guests.running.get(vm)?.size ?? 0) === 0;
  return reason.includes('has waited for nova-compute') && willNeverCome(world, vm);
}
