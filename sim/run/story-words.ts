/** Events as lines for a person. What is long is shortened where it can be: never in the middle of a value. */
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import type { Action } from '../actions/action.ts';
import type { WorldEvent } from '../events.ts';
import { print } from '../scenario/print-action.ts';
import type { About } from './story-about.ts';

type JournalEvent = Extract<WorldEvent, { readonly event: 'journal' }>;
type Data = JournalEvent['data'];

/** `known`: of a long list of hosts, those that are to be named. */
export function told(event: WorldEvent, about: About, known: ReadonlySet<string>): string {
  switch (event.event) {
    case 'action':
      return toldAction(event.action, known);
    case 'report':
      return `${event.by} reports ${event.report.state} of ${event.report.cause}: ${brief(event.report.title)}`;
    case 'journal':
      return `${event.by}${toldJournal(event)}`;
    case 'guest-started':
      return `the guest of ${event.vm} starts on ${event.host}`;
    case 'guest-stopped':
      return `the guest of ${event.vm} stops on ${event.host}`;
    case 'evacuation-accepted':
      return `nova takes evacuation ${event.row.id} of ${event.row.vm}: ${event.row.source} -> ${event.row.target}${byHand(event)}`;
    case 'evacuation-refused':
      return `nova refuses to evacuate ${event.vm}${byHand(event)}: ${brief(event.detail)}`;
    case 'migration-refused':
      return `nova refuses to migrate ${event.vm}`;
    case 'forced':
      return `${event.host} is forced ${event.down ? 'down' : 'up'}${byHand(event)}`;
    case 'rebooted':
      return `nova takes the hard reboot of ${event.vm} on ${event.host}${event.ran ? ', where it runs' : ''}`;
    case 'nova-sending':
      return `${event.by} asks nova to ${toldCall(event.call, about)}`;
    case 'nova-answered':
      return `${event.by} has no good answer from nova to ${toldCall(event.call, about)}`;
    case 'lease':
      return `${event.host} ${event.holds ? 'holds' : 'has lost'} the lease`;
    case 'gate-open':
      return `nova-compute of ${event.host} starts`;
    case 'agent-started':
      return `the agent of ${event.host} starts`;
    case 'agent-stopped':
      return `the agent of ${event.host} stops`;
    case 'agent-refused':
      return `the agent of ${event.host} refuses its configuration, and ends`;
    case 'answered':
      return `${event.what} of ${event.host} is ${event.ok ? 'taken' : 'refused'}: ${brief(event.words)}`;
    case 'seat-torn':
      return `the seat of ${event.host} is torn`;
    case 'late-write-landed':
      return `what dead beats of ${event.host} have left lands on volume ${event.volume}`;
    case 'nova-asked':
    case 'nova-performed':
    case 'seat-written':
    case 'record-asked':
    case 'volume-answered':
      return event.event;
  }
}

const byHand = ({ byVigil }: { readonly byVigil: boolean }): string => (byVigil ? '' : ' by hand');

const HOSTS_MAX = 5;

/** As in a scenario; of a list that is too long, the hosts that the story is about, and how many there are beside them. */
function toldAction(action: Action, known: ReadonlySet<string>): string {
  if (action.do === 'split') {
    const sides = action.sides.map((side) => firstOf(side, known));
    const left = action.sides.reduce((sum, side) => sum + side.length, 0) - sides.flat().length;
    return `${print({ ...action, sides })}${left > 0 ? ` (and ${left} more hosts)` : ''}`;
  }
  if (!('hosts' in action) || action.hosts.length <= HOSTS_MAX) return print(action);
  const hosts = firstOf(action.hosts, known);
  return `${print({ ...action, hosts })} (and ${action.hosts.length - hosts.length} more hosts)`;
}

function firstOf(hosts: readonly string[], known: ReadonlySet<string>): readonly string[] {
  if (hosts.length <= HOSTS_MAX) return hosts;
  const named = hosts.filter((host) => known.has(host));
  return (named.length > 0 ? named : hosts).slice(0, HOSTS_MAX);
}

function toldCall(call: CloudCall, { hosts }: About): string {
  if (call.call === 'evacuate') return `evacuate ${call.vm} to ${call.target}`;
  if (call.call === 'hard-reboot') return `start ${call.vm} in place`;
  return call.call === 'force-down' ? `force ${String(hosts)} ${call.forcedDown ? 'down' : 'up'}` : call.call;
}

function toldJournal({ name, data }: JournalEvent): string {
  const text = (key: string): string => brief(data[key]);
  switch (name) {
    case 'verdict':
      return `: ${text('host')} ${isNone(data['from']) ? 'is' : `${text('from')} ->`} ${text('to')}, by row ${text('row')}: ${text('words')}`;
    case 'declared':
      return ` declares ${text('victim')} failed, ${text('victimBoot')}: ${fields(scalars(data['facts']))}`;
    case 'incident':
    case 'adopted':
      return ` ${name === 'incident' ? 'has written' : 'takes over'} the incident of ${text('victim')}: ${text('phase')}, ${fields(
        without(data, ['id', 'victim', 'victimBoot', 'phase']),
      )}`;
    case 'order':
      return ` orders ${text('target')} to have ${text('vm')} of ${text('victim')} restarted: term=${text('term')} attempt=${text('attempt')}`;
    case 'executed':
      return ` on the order for ${text('vm')}: ${fields(without(data, ['order', 'vm']))}`;
    case 'outcome':
      return ` hears from ${text('target')} on the order for ${text('vm')}: ${fields(without(data, ['order', 'vm', 'target']))}`;
    case 'restart-in-place':
      return ` is to start ${text('vm')} in place on ${text('host')}: attempt=${text('attempt')}`;
    default:
      return `: ${name} ${fields(data)}`.trimEnd();
  }
}

const isNone = (value: unknown): boolean => value === null || value === undefined;

function without(data: Data, names: readonly string[]): Data {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}

function scalars(facts: unknown): Data {
  return typeof facts === 'object' && facts !== null
    ? Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === 'string'))
    : {};
}

/** As NAME=VALUE, without what is not there: what a line has room for is to say what there is. */
function fields(data: Data): string {
  return Object.entries(data)
    .filter(([, value]) => !isNone(value) && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name}=${brief(value)}`)
    .join(' ');
}

const WORDS_MAX = 160;
const ITEMS_MAX = 3;
const DEPTH_MAX = 2;
/** As sim/host.ts makes them: the number of the host, and which of its boots it is. */
const BOOT = /^(\d{16})(\d{16})$/;

/** A value in as many words as a line has room for; `…` stands for what is left out. */
export function brief(value: unknown, depth = 0): string {
  if (isNone(value)) return 'none';
  if (typeof value === 'string') return briefText(value);
  if (Array.isArray(value)) {
    const first = value.slice(0, ITEMS_MAX).map((item) => brief(item, depth + 1));
    return `[${[...first, ...(value.length > ITEMS_MAX ? [`… ${value.length} in all`] : [])].join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth >= DEPTH_MAX) return '{…}';
  const inside = Object.entries(value).filter(([, item]) => !isNone(item));
  return `{${inside.map(([name, item]) => `${name}=${brief(item, depth + 1)}`).join(' ')}}`;
}

function briefText(text: string): string {
  const boot = BOOT.exec(text);
  if (boot !== null) return `boot ${Number(boot[2])} of h${Number(boot[1])}`;
  if (text.length <= WORDS_MAX) return text;
  const end = text.lastIndexOf(' ', WORDS_MAX);
  return `${text.slice(0, end > 0 ? end : WORDS_MAX)} …`;
}
