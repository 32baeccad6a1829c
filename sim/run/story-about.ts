/** Whom an event is about: not who tells of it. */
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import type { Action } from '../actions/action.ts';
import type { WorldEvent } from '../events.ts';
import type { World } from '../world.ts';

export interface About {
  /** `all`: whatever hosts there are. Of a VM: where it is, or was. */
  readonly hosts: readonly string[] | 'all';
  readonly vm: string | null;
  /** Where a VM is to go. */
  readonly to: string | null;
}

const all: About = { hosts: 'all', vm: null, to: null };
const of = (...hosts: readonly string[]): About => ({ hosts, vm: null, to: null });
const ofVm = (vm: string, host: string | null, to: string | null = null): About => ({
  hosts: host === null ? [] : [host],
  vm,
  to,
});

/** Null: no line of a story. What happens with every beat would leave room for nothing else. */
export function aboutOf(world: World, event: WorldEvent): About | null {
  switch (event.event) {
    case 'action':
      return aboutAction(event.action);
    case 'report':
      return aboutReport(world, event);
    case 'journal':
      return aboutJournal(event);
    case 'guest-started':
    case 'guest-stopped':
    case 'rebooted':
      return ofVm(event.vm, event.host);
    case 'evacuation-accepted':
      return ofVm(event.row.vm, event.row.source, event.row.target);
    case 'evacuation-refused':
    case 'migration-refused':
      return ofVm(event.vm, null);
    case 'nova-sending':
      return aboutCall(world, event.call);
    case 'nova-answered':
      return event.ok ? null : aboutCall(world, event.call);
    case 'lease':
      return all;
    case 'forced':
    case 'gate-open':
    case 'agent-started':
    case 'agent-stopped':
    case 'agent-refused':
    case 'answered':
    case 'seat-torn':
    case 'late-write-landed':
      return of(event.host);
    case 'nova-asked':
    case 'nova-performed':
    case 'seat-written':
    case 'record-asked':
    case 'volume-answered':
      return null;
  }
}

function aboutAction(action: Action): About {
  if (action.do === 'once') {
    const later = aboutAction(action.action);
    return { ...later, hosts: later.hosts === 'all' ? 'all' : [...later.hosts, action.host] };
  }
  if (action.do === 'lose') return of(action.from, action.to);
  if (action.do === 'create-vm') return ofVm(action.server.vm, action.server.host);
  if ('vm' in action) return ofVm(action.vm, null, 'to' in action ? action.to : null);
  if ('hosts' in action) return of(...action.hosts);
  return 'host' in action ? of(action.host) : all;
}

/** Its host may be who tells of it, and that of another is in its cause: `incident/h3/held`. */
function aboutReport(world: World, { by, report }: Extract<WorldEvent, { readonly event: 'report' }>): About {
  const named = report.cause.split('/').filter((word) => world.hosts.has(word));
  if (named.length > 0) return of(...named);
  return report.host === null || report.host === by ? all : of(report.host);
}

/** Of an agent's own lines, those that name nobody else are about itself. */
function aboutJournal({ by, data }: Extract<WorldEvent, { readonly event: 'journal' }>): About {
  const text = (name: string): string | null => {
    const value = data[name];
    return typeof value === 'string' ? value : null;
  };
  const vm = text('vm');
  const host = text('victim') ?? text('host');
  return vm === null ? of(host ?? by) : ofVm(vm, host, text('target'));
}

/** What is only read changes nothing. */
function aboutCall(world: World, call: CloudCall): About | null {
  if (call.call === 'evacuate') return ofVm(call.vm, null, call.target);
  if (call.call === 'hard-reboot') return ofVm(call.vm, null);
  if (call.call !== 'force-down') return null;
  const service = [...world.nova.state.services.values()].find(({ id }) => id === call.serviceId);
  return service === undefined ? null : of(service.host);
}
