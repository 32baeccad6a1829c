/** INV-4, L2: nothing on a living host is stopped, rebooted or taken out of service; nor is it called failed. */
import type { Action } from '../actions/action.ts';
import type { Check, Checker } from './check.ts';

/** Long enough to have been judged by what is heard. */
const JUDGED_BEATS = 20;
/**
 * From a master's last look at a host to its request to force it down: its slot is read anew right before, and those
 * readings are void after 4 beats; where it is only heard over the network, the record is written between, and 2.5 beats
 * are waited for a slot of which nothing was known. What nova does with the request later is nova's: it is cleared again.
 */
const CHECKED_BEATS = 8;
/** What an owner or operator asks for takes a moment; a live migration longer. */
const ASKED_MS = 15_000;
/** Of what is done to one VM, what may stop its guest, or start it anew. */
const STOPS: ReadonlySet<Action['do']> = new Set([
  'evacuate-by-hand',
  'migrate',
  'stop-vm',
  'start-vm',
  'delete-vm',
  'reset-vm',
  'guest-dies',
]);
/** And what nova is at on behalf of one may wait for its bus. */
const AT_WORK: ReadonlySet<string> = new Set(['powering-off', 'migrating']);

export function watchLivingHost({ world, silence, excuses, violate }: Check): Checker {
  /** By VM: when a person, or nova on behalf of one, last did something to it. */
  const asked = new Map<string, number>();
  /** By VM: when nova has last taken a start in place, which ends its guest, and begins it anew. */
  const rebooted = new Map<string, number>();
  /** VMs with a request to start them in place on its way, that a person has acted on since it was sent. */
  const overtaken = new Map<string, boolean>();
  const isLately = (when: ReadonlyMap<string, number>, vm: string): boolean =>
    world.clock.now - (when.get(vm) ?? -Infinity) <= ASKED_MS;
  const isAsked = (vm: string): boolean =>
    isLately(asked, vm) || AT_WORK.has(world.nova.state.servers.get(vm)?.taskState ?? '');

  world.events.listen((event) => {
    if (event.event === 'action' && 'vm' in event.action && STOPS.has(event.action.do)) {
      asked.set(event.action.vm, world.clock.now);
      if (overtaken.has(event.action.vm)) overtaken.set(event.action.vm, true);
    }
    if (event.event === 'nova-sending' && event.call.call === 'hard-reboot')
      overtaken.set(event.call.vm, false);
    if (event.event === 'rebooted') {
      const { vm, host, ran } = event;
      // What nova does with a request later is nova's, also where a person has started the VM meanwhile.
      const isOvertaken = overtaken.get(vm) === true;
      overtaken.delete(vm);
      if (ran && !isAsked(vm) && !isOvertaken && !excuses.excusesVm(vm))
        violate(`${vm} is rebooted while it runs on ${host}`, { hosts: [host], vm });
      rebooted.set(vm, world.clock.now);
    }
    if (event.event === 'guest-stopped') {
      const { vm, host } = event;
      if (
        !isAsked(vm) &&
        !isLately(rebooted, vm) &&
        !excuses.excusesVm(vm) &&
        !world.nova.endsOfItself(vm, host)
      )
        violate(`${vm} is stopped on ${host}, which lives`, { hosts: [host], vm });
    }
    if (event.event === 'journal' && event.name === 'declared') {
      const victim = String(event.data['victim']);
      // Where nova-compute is all that is heard, nothing is done before it would have reported once more.
      const heardMs = silence.spokenForMs(victim);
      const isItsBoot = event.data['victimBoot'] === world.host(victim).boot;
      // A verdict takes a few datagrams that do not come; what is done takes many more.
      const isExcused = silence.isLostByChance(victim) || excuses.excusesHost(victim);
      if (isItsBoot && heardMs >= JUDGED_BEATS * world.timing.beatMs && !isExcused)
        violate(`${event.by} declares ${victim} failed, which has been heard for ${heardMs} ms`, {
          hosts: [victim, event.by],
        });
    }
    if (event.event === 'nova-sending' && event.call.call === 'force-down' && event.call.forcedDown) {
      const { by, call } = event;
      const victim = [...world.nova.state.services.values()].find(({ id }) => id === call.serviceId)?.host;
      if (victim === undefined) return;
      const heardMs = silence.spokenForMs(victim);
      if (heardMs >= CHECKED_BEATS * world.timing.beatMs)
        violate(`${by} is about to force ${victim} down, which has been heard for ${heardMs} ms`, {
          hosts: [victim, by],
        });
    }
  });
  return {};
}
