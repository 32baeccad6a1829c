/** Does one thing to the simulated cluster. What cannot be done as things are (a dead host is cut off) does nothing. */
import { actOnNova } from '../nova/operators.ts';
import type { World } from '../world.ts';
import type { Action } from './action.ts';
import { freeSlot } from './free-slot.ts';
import { actOnHosts, actOnProcesses } from './host-actions.ts';
import { atMoment } from './moments.ts';
import { actOnNetwork } from './network-actions.ts';
import { actOnNovaItself } from './nova-actions.ts';
import { askAgent } from './ask-agent.ts';
import { actOnVolume } from './volume-actions.ts';

/** Nobody is given to a host that is about to go down. */
const takesNew = (world: World, host: string): boolean => world.host(host).compute && world.host(host).agent;

export function act(world: World, action: Action): void {
  world.events.emit({ event: 'action', action });
  switch (action.do) {
    case 'power-off':
    case 'power-on':
    case 'freeze':
    case 'thaw':
    case 'reboot':
    case 'restart':
    case 'shut-down':
      actOnHosts(world, action);
      return;
    case 'kill':
    case 'start':
    case 'pause-agent':
    case 'resume-agent':
    case 'stop-agent':
    case 'api':
    case 'late-write-lands':
    case 'clone':
    case 'configure':
    case 'upgrade':
      actOnProcesses(world, action);
      return;
    case 'cut':
    case 'heal':
    case 'cut-nova':
    case 'heal-nova':
    case 'split':
    case 'heal-network':
    case 'lose':
    case 'datagrams':
    case 'orders-late':
    case 'overhear':
    case 'replay':
    case 'bus':
    case 'isolation-address':
      actOnNetwork(world, action);
      return;
    case 'volume':
    case 'volume-made-anew':
    case 'volume-torn':
    case 'volume-slow':
      actOnVolume(world, action);
      return;
    case 'nova':
    case 'nova-late':
    case 'nova-slow':
    case 'nova-holds':
    case 'nova-lets-go':
    case 'nova-refuses':
    case 'nova-vm':
    case 'claims':
    case 'scheduler':
    case 'hypervisor':
    case 'cell':
      actOnNovaItself(world, action);
      return;
    case 'confirm-dead':
    case 'maintenance':
      askAgent(world, action);
      return;
    case 'free-slot':
      freeSlot(world, action);
      return;
    case 'once':
      // Not before the moment is over for everybody.
      atMoment(world, action.moment, action.host, () =>
        world.clock.after(Math.max(1, action.afterMs), () => act(world, action.action)),
      );
      return;
    case 'create-vm':
      if (takesNew(world, action.server.host)) world.nova.addServer(action.server);
      return;
    case 'evacuate-by-hand':
    case 'migrate':
    case 'force-down':
    case 'force-up':
    case 'disable':
    case 'enable':
    case 'delete-service':
    case 'stop-vm':
    case 'start-vm':
    case 'delete-vm':
    case 'reset-vm':
    case 'guest-dies':
    case 'set-metadata':
      actOnNova(world, action);
  }
}
