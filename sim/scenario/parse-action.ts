/** One action of a scenario, as docs/scenarios.md has it. */
import type { Action } from '../actions/action.ts';
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import { MOMENTS } from '../actions/moments.ts';
import type { Line } from './line.ts';
import { hostName, hostNames, type Names, vmName, volumeName } from './names.ts';
import { parseOperatorAction } from './parse-operator-action.ts';
import { duration, namedDuration, percent } from './read-values.ts';

type Parse = (line: Line, names: Names) => Action;

export const CALLS = [
  'list-services',
  'force-down',
  'list-servers',
  'get-server',
  'list-migrations',
  'list-host-migrations',
  'list-capacity',
  'list-groups',
  'evacuate',
  'guest-state',
  'hard-reboot',
] as const satisfies readonly CloudCall['call'][];

const onHosts =
  (action: 'freeze' | 'thaw' | 'cut' | 'heal'): Parse =>
  (line, names) => ({ do: action, hosts: hostNames(line, names) });

const PARSERS: Readonly<Record<string, Parse>> = {
  power: (line, names) => {
    const how = line.oneOf('power', 'off', 'on');
    return { do: `power-${how}`, hosts: hostNames(line, names) };
  },
  reboot: (line, names) => ({ do: 'reboot', ...hostFor(line, names) }),
  restart: (line, names) => ({ do: 'restart', ...hostFor(line, names) }),
  shut: (line, names) => {
    line.expect('down');
    return { do: 'shut-down', host: hostName(line, names) };
  },
  freeze: onHosts('freeze'),
  thaw: onHosts('thaw'),
  kill: (line, names) => {
    const what = line.oneOf('process', 'agent', 'beats', 'nova-compute');
    const hosts = hostNames(line, names, (word) => word.includes('='));
    const late = what === 'beats' && line.peek() !== null;
    const lateWriteMs = late
      ? line.has('late-write=open')
        ? 'open'
        : namedDuration(line, 'late-write')
      : null;
    return { do: 'kill', what, hosts, lateWriteMs };
  },
  'late-write': (line, names) => {
    line.expect('lands');
    return { do: 'late-write-lands', hosts: hostNames(line, names) };
  },
  once: (line, names) => once(line, names, false),
  maybe: (line, names) => {
    line.expect('once');
    return once(line, names, true);
  },
  start: (line, names) => {
    const what = line.oneOf('process', 'agent', 'beats', 'nova-compute');
    return { do: 'start', what, hosts: hostNames(line, names) };
  },
  pause: (line, names) => {
    line.expect('agent');
    return { do: 'pause-agent', hosts: hostNames(line, names) };
  },
  resume: (line, names) => {
    line.expect('agent');
    return { do: 'resume-agent', hosts: hostNames(line, names) };
  },
  api: (line, names) => {
    const how = line.oneOf('state', 'hangs', 'answers');
    return { do: 'api', how, hosts: hostNames(line, names) };
  },
  stop: (line, names) => {
    line.expect('agent');
    const host = hostName(line, names);
    const why = line.oneOf('reason', 'why=restart', 'why=reboot', 'why=shutdown');
    const whys = { 'why=restart': 'restart', 'why=reboot': 'reboot', 'why=shutdown': 'shutdown' } as const;
    return { do: 'stop-agent', host, why: whys[why] };
  },
  clone: (line, names) => {
    const how = line.oneOf('state', 'starts', 'ends');
    return { do: 'clone', how, hosts: hostNames(line, names) };
  },
  upgrade: (line, names) => ({ do: 'upgrade', hosts: hostNames(line, names) }),
  remake: (line, names) => {
    line.expect('volume');
    const volume = volumeName(line, names);
    return { do: 'volume-made-anew', volume, newer: line.has('newer') };
  },
  configure: (line, names) => {
    const hosts = hostNames(line, names, (word) => word.includes('='));
    return { do: 'configure', hosts, beatMs: namedDuration(line, 'beat') };
  },
  cut: (line, names) => {
    if (line.has('bus')) return { do: 'bus', up: false };
    if (line.has('nova')) return { do: 'cut-nova', hosts: hostNames(line, names) };
    return onHosts('cut')(line, names);
  },
  heal: (line, names) => {
    if (line.has('network')) return { do: 'heal-network' };
    if (line.has('bus')) return { do: 'bus', up: true };
    if (line.has('nova')) return { do: 'heal-nova', hosts: hostNames(line, names) };
    return onHosts('heal')(line, names);
  },
  split: (line, names) => {
    const sides = [hostNames(line, names, (word) => word === '|')];
    // A random run also draws one side on which all are.
    const isWhole = sides[0]?.length === names.hosts.length;
    if (line.peek() === null && !isWhole) line.blame('| and the other side are missing at the end');
    while (line.has('|')) sides.push(hostNames(line, names, (word) => word === '|'));
    if (new Set(sides.flat()).size < sides.flat().length) line.blame('a host is named twice');
    return { do: 'split', sides };
  },
  lose: (line, names) => {
    const from = hostName(line, names);
    const bothWays = line.oneOf('direction', '>', '-') === '-';
    return { do: 'lose', from, to: hostName(line, names), bothWays };
  },
  network: (line) => {
    if (line.peek() === null) line.blame('loss=…, delay=… or duplicate=… is missing at the end');
    const given = new Map(line.pairs());
    for (const key of given.keys())
      if (!['loss', 'delay', 'duplicate'].includes(key)) line.blame(`${key} is no property of the network`);
    return {
      do: 'datagrams',
      lossPercent: percent(line, given.get('loss') ?? '0%'),
      duplicatePercent: percent(line, given.get('duplicate') ?? '0%'),
      delayMsMax: duration(line, given.get('delay') ?? '0ms'),
    };
  },
  'isolation-address': (line) => ({
    do: 'isolation-address',
    alive: line.oneOf('state', 'dead', 'alive') === 'alive',
  }),
  volume: (line, names) => {
    const volume = volumeName(line, names);
    const how = line.oneOf('state', 'hangs', 'fails', 'tears', 'stale', 'slow', 'torn', 'heals');
    if (how === 'torn') {
      const block = line.oneOf('block', 'slot', 'seat', 'cell');
      return { do: 'volume-torn', volume, block, host: hostName(line, names) };
    }
    const hosts = hostNames(line, names, (word) => word.includes('='));
    return how === 'slow'
      ? { do: 'volume-slow', volume, hosts, byMs: namedDuration(line, 'by') }
      : { do: 'volume', volume, how, hosts };
  },
  nova: (line, names) => {
    const how = line.oneOf(
      'state',
      ...(['down', 'up', 'hangs', 'swallows', 'errs', 'answers', 'late', 'slow'] as const),
      ...(['holds', 'lets-go', 'refuses', 'no-valid-host', 'build-fails', 'start-fails', 'heals'] as const),
    );
    switch (how) {
      case 'late':
        return { do: 'nova-late', byMs: namedDuration(line, 'by') };
      case 'slow': {
        const call = line.peek()?.includes('=') === false ? line.oneOf('call', ...CALLS) : null;
        return { do: 'nova-slow', call, byMs: namedDuration(line, 'by') };
      }
      case 'holds':
        return { do: 'nova-holds', call: line.oneOf('call', ...CALLS), forMs: namedDuration(line, 'for') };
      case 'lets-go':
        return { do: 'nova-lets-go', call: line.oneOf('call', ...CALLS) };
      case 'refuses':
        return { do: 'nova-refuses', call: line.oneOf('call', ...CALLS) };
      case 'no-valid-host':
      case 'build-fails':
      case 'start-fails':
      case 'heals':
        return { do: 'nova-vm', vm: vmName(line, names), how };
      case 'down':
      case 'up':
      case 'hangs':
      case 'swallows':
      case 'errs':
      case 'answers':
        return { do: 'nova', how };
    }
  },
  scheduler: (line) => ({ do: 'scheduler', up: line.oneOf('state', 'down', 'up') === 'up' }),
  hypervisor: (line, names) => {
    const hangs = line.oneOf('state', 'hangs', 'answers') === 'hangs';
    return { do: 'hypervisor', hangs, hosts: hostNames(line, names) };
  },
  orders: (line, names) => {
    line.expect('late');
    const hosts = hostNames(line, names, (word) => word.includes('='));
    return { do: 'orders-late', hosts, byMs: namedDuration(line, 'by') };
  },
  overhear: (line, names) => ({ do: 'overhear', hosts: hostNames(line, names) }),
  replay: (line, names) => {
    const hosts = hostNames(line, names, (word) => word.includes('='));
    return { do: 'replay', hosts, forMs: namedDuration(line, 'for') };
  },
  claims: (line, names) => {
    const fail = line.oneOf('state', 'fail', 'work') === 'fail';
    return { do: 'claims', fail, hosts: hostNames(line, names) };
  },
  cell: (line) => ({ do: 'cell', up: line.oneOf('state', 'down', 'up') === 'up' }),
  operator: parseOperatorAction,
  guest: (line, names) => {
    const vm = vmName(line, names);
    line.expect('dies');
    return { do: 'guest-dies', vm };
  },
};

/** Words that an action begins with. */
export const ACTIONS: readonly string[] = Object.keys(PARSERS);

export function parseAction(line: Line, names: Names): Action | null {
  const word = line.next('an action');
  const parse = PARSERS[word];
  if (parse !== undefined) return parse(line, names);
  if (word !== '') line.blame(`${word} is no action`);
  line.rest();
  return null;
}

function once(line: Line, names: Names, maybe: boolean): Action {
  const moment = line.oneOf('moment', ...MOMENTS);
  const host = hostName(line, names);
  const afterMs = line.peek()?.startsWith('after=') === true ? namedDuration(line, 'after') : 0;
  const action = parseAction(line, names);
  if (action?.do === 'create-vm') line.blame('a VM is created at a time, not at a moment');
  const waits = { do: 'once', moment, host, afterMs, action: action ?? { do: 'heal-network' } } as const;
  return maybe ? { ...waits, maybe } : waits;
}

function hostFor(line: Line, names: Names): { readonly host: string; readonly forMs: number } {
  const host = hostName(line, names);
  line.expect('for', 'for DURATION');
  return { host, forMs: duration(line, line.next('a duration')) };
}
