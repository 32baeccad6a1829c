/** Turns each {@link CloudCall} into requests. */
import { assertNever } from '../../core/lib/assert-never.ts';
import type { CloudAnswer, CloudCall, CloudResults } from '../../core/recovery/cloud.ts';
import { type Budget, type Outcome, succeed } from '../http/outcome.ts';
import { listCapacity, underHostNames } from '../placement/capacity.ts';
import type { PlacementClient } from '../placement/placement-client.ts';
import { evacuate } from './evacuate.ts';
import { listGroups } from './groups.ts';
import { guestState, hardReboot } from './guests.ts';
import { listHostMigrations, listVmMigrations } from './migrations.ts';
import type { NovaClient } from './nova-client.ts';
import { getServer, listServers } from './servers.ts';
import { forceDown, listServices } from './services.ts';

/** The calls a slave makes with a token that was handed to it. */
export type HandedOverCall = Extract<CloudCall, { call: 'evacuate' | 'list-migrations' | 'get-server' }>;

export function performCall(
  nova: NovaClient,
  placement: PlacementClient,
  call: CloudCall,
  budget: Budget,
): Promise<CloudAnswer> {
  switch (call.call) {
    case 'list-services':
      return answered(call.call, listServices(nova, budget));
    case 'force-down':
      return answered(call.call, forceDown(nova, call, budget));
    case 'list-servers':
      return answered(call.call, listServers(nova, call.host, budget));
    case 'list-host-migrations':
      return answered(call.call, listHostMigrations(nova, call.host, budget));
    case 'list-capacity':
      return answered(call.call, hostCapacity(nova, placement, budget));
    case 'list-groups':
      return answered(call.call, listGroups(nova, budget));
    case 'guest-state':
      return answered(call.call, guestState(nova, call.vm, budget));
    case 'hard-reboot':
      return answered(call.call, hardReboot(nova, call.vm, budget));
    case 'get-server':
    case 'list-migrations':
    case 'evacuate':
      return performHandedOver(nova, call, budget);
    default:
      return assertNever(call);
  }
}

export function performHandedOver(
  nova: NovaClient,
  call: HandedOverCall,
  budget: Budget,
): Promise<CloudAnswer<HandedOverCall['call']>> {
  switch (call.call) {
    case 'get-server':
      return answered(call.call, getServer(nova, call.vm, budget));
    case 'list-migrations':
      return answered(call.call, listVmMigrations(nova, call.vm, budget));
    case 'evacuate':
      return answered(call.call, evacuate(nova, call, budget));
    default:
      return assertNever(call);
  }
}

async function hostCapacity(
  nova: NovaClient,
  placement: PlacementClient,
  budget: Budget,
): Promise<Outcome<CloudResults['list-capacity']>> {
  const [services, capacities] = await Promise.all([
    listServices(nova, budget),
    listCapacity(placement, budget),
  ]);
  if (!services.ok) return services;
  if (!capacities.ok) return capacities;
  const hosts = services.value.map((service) => service.host);
  return succeed(underHostNames(capacities.value, hosts));
}

async function answered<K extends CloudCall['call']>(
  call: K,
  outcome: Promise<Outcome<CloudResults[K]>>,
): Promise<CloudAnswer<K>> {
  return { call, ...(await outcome) };
}
