import { FIRST_SIDE, NO_SIDE } from '../network.ts';
import type { World } from '../world.ts';
import type { NetworkAction } from './action.ts';

export function actOnNetwork(world: World, action: NetworkAction): void {
  const { network } = world;
  switch (action.do) {
    case 'cut':
      for (const name of action.hosts) world.host(name).network = NO_SIDE;
      return;
    case 'heal':
      for (const name of action.hosts) world.host(name).network = FIRST_SIDE;
      return;
    case 'split':
      for (const host of world.hosts.values()) host.network = FIRST_SIDE;
      for (const [side, names] of action.sides.entries())
        for (const name of names) world.host(name).network = FIRST_SIDE + side;
      return;
    case 'cut-nova':
      for (const name of action.hosts) network.withoutNova.add(name);
      return;
    case 'heal-nova':
      for (const name of action.hosts) network.withoutNova.delete(name);
      return;
    case 'lose':
      network.oneWay.add(`${action.from}>${action.to}`);
      if (action.bothWays) network.oneWay.add(`${action.to}>${action.from}`);
      return;
    case 'datagrams': {
      const { lossPercent, delayMsMax, duplicatePercent } = action;
      Object.assign(network, { lossPercent, delayMsMax, duplicatePercent });
      return;
    }
    case 'orders-late':
      for (const name of action.hosts) network.ordersLateMs.set(name, action.byMs);
      return;
    case 'overhear':
      for (const name of action.hosts) world.eavesdropper.overhear(name);
      return;
    case 'replay':
      for (const name of action.hosts) world.eavesdropper.replay(world, name, world.clock.now + action.forMs);
      return;
    case 'bus':
      network.busUp = action.up;
      return;
    case 'isolation-address':
      network.isolationAddressAlive = action.alive;
      return;
    case 'heal-network':
      for (const host of world.hosts.values()) host.network = FIRST_SIDE;
      network.oneWay.clear();
      network.withoutNova.clear();
      network.ordersLateMs.clear();
      Object.assign(network, { lossPercent: 0, delayMsMax: 0, duplicatePercent: 0 });
  }
}
