/** An action as it stands in `commands.txt`. */
import type { Action, OperatorAction } from '../actions/action.ts';
import { printServer } from './print-server.ts';
import { durationText } from './units.ts';

export function print(action: Action): string {
  switch (action.do) {
    case 'power-off':
      return `power off ${list(action.hosts)}`;
    case 'power-on':
      return `power on ${list(action.hosts)}`;
    case 'freeze':
    case 'thaw':
    case 'cut':
    case 'heal':
      return `${action.do} ${list(action.hosts)}`;
    case 'reboot':
    case 'restart':
      return `${action.do} ${action.host} for ${durationText(action.forMs)}`;
    case 'shut-down':
      return `shut down ${action.host}`;
    case 'kill': {
      const { lateWriteMs } = action;
      const late = typeof lateWriteMs === 'number' ? durationText(lateWriteMs) : lateWriteMs;
      return `kill ${action.what} ${list(action.hosts)}${late === null ? '' : ` late-write=${late}`}`;
    }
    case 'late-write-lands':
      return `late-write lands ${list(action.hosts)}`;
    case 'once': {
      const after = action.afterMs === 0 ? '' : ` after=${durationText(action.afterMs)}`;
      return `${action.maybe === true ? 'maybe ' : ''}once ${action.moment} ${action.host}${after} ${print(action.action)}`;
    }
    case 'start':
      return `start ${action.what} ${list(action.hosts)}`;
    case 'pause-agent':
      return `pause agent ${list(action.hosts)}`;
    case 'resume-agent':
      return `resume agent ${list(action.hosts)}`;
    case 'api':
      return `api ${action.how} ${list(action.hosts)}`;
    case 'stop-agent':
      return `stop agent ${action.host} why=${action.why}`;
    case 'clone':
      return `clone ${action.how} ${list(action.hosts)}`;
    case 'configure':
      return `configure ${list(action.hosts)} beat=${durationText(action.beatMs)}`;
    case 'cut-nova':
      return `cut nova ${list(action.hosts)}`;
    case 'heal-nova':
      return `heal nova ${list(action.hosts)}`;
    case 'split':
      return `split ${action.sides
        .filter((side) => side.length > 0)
        .map(list)
        .join(' | ')}`;
    case 'heal-network':
      return 'heal network';
    case 'lose':
      return `lose ${action.from} ${action.bothWays ? '-' : '>'} ${action.to}`;
    case 'datagrams': {
      const { lossPercent, delayMsMax, duplicatePercent } = action;
      return `network loss=${lossPercent}% delay=${durationText(delayMsMax)} duplicate=${duplicatePercent}%`;
    }
    case 'bus':
      return action.up ? 'heal bus' : 'cut bus';
    case 'isolation-address':
      return `isolation-address ${action.alive ? 'alive' : 'dead'}`;
    case 'volume':
      return `volume ${action.volume} ${action.how} ${list(action.hosts)}`;
    case 'upgrade':
      return `upgrade ${list(action.hosts)}`;
    case 'volume-made-anew':
      return `remake volume ${action.volume}${action.newer ? ' newer' : ''}`;
    case 'volume-torn':
      return `volume ${action.volume} torn ${action.block} ${action.host}`;
    case 'volume-slow':
      return `volume ${action.volume} slow ${list(action.hosts)} by=${durationText(action.byMs)}`;
    case 'nova':
      return `nova ${action.how}`;
    case 'nova-late':
      return `nova late by=${durationText(action.byMs)}`;
    case 'nova-slow':
      return `nova slow ${action.call === null ? '' : `${action.call} `}by=${durationText(action.byMs)}`;
    case 'nova-holds':
      return `nova holds ${action.call} for=${durationText(action.forMs)}`;
    case 'nova-lets-go':
      return `nova lets-go ${action.call}`;
    case 'nova-refuses':
      return `nova refuses ${action.call}`;
    case 'nova-vm':
      return `nova ${action.how} ${action.vm}`;
    case 'scheduler':
      return `scheduler ${action.up ? 'up' : 'down'}`;
    case 'hypervisor':
      return `hypervisor ${action.hangs ? 'hangs' : 'answers'} ${list(action.hosts)}`;
    case 'orders-late':
      return `orders late ${list(action.hosts)} by=${durationText(action.byMs)}`;
    case 'overhear':
      return `overhear ${list(action.hosts)}`;
    case 'replay':
      return `replay ${list(action.hosts)} for=${durationText(action.forMs)}`;
    case 'claims':
      return `claims ${action.fail ? 'fail' : 'work'} ${list(action.hosts)}`;
    case 'cell':
      return `cell ${action.up ? 'up' : 'down'}`;
    case 'guest-dies':
      return `guest ${action.vm} dies`;
    case 'confirm-dead':
    case 'free-slot':
    case 'maintenance':
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
    case 'set-metadata':
    case 'create-vm':
      return `operator ${printOperator(action)}`;
  }
}

type Printed = Exclude<OperatorAction, { readonly do: 'guest-dies' }>;

function printOperator(action: Printed): string {
  switch (action.do) {
    case 'confirm-dead':
      return `confirms-dead ${action.host} on ${action.on} by=${action.by}`;
    case 'maintenance': {
      const [start, recover] = action.what.split('-');
      return `maintenance ${start} ${action.host}${recover === undefined ? '' : ' recover'}`;
    }
    case 'free-slot':
      return `frees ${action.host}${action.force ? ' force' : ''}`;
    case 'evacuate-by-hand':
      return `evacuates ${action.vm} to ${action.to}`;
    case 'migrate':
      return `migrates ${action.vm} to ${action.to}`;
    case 'force-down':
      return `forces-down ${action.host}`;
    case 'force-up':
      return `forces-up ${action.host}`;
    case 'disable':
      return `disables ${action.host}`;
    case 'enable':
      return `enables ${action.host}`;
    case 'delete-service':
      return `deletes-service ${action.host}`;
    case 'stop-vm':
      return `stops ${action.vm}`;
    case 'start-vm':
      return `starts ${action.vm}`;
    case 'delete-vm':
      return `deletes ${action.vm}`;
    case 'reset-vm':
      return `resets ${action.vm}`;
    case 'set-metadata':
      return `sets ${action.vm} ${action.key}=${action.value}`;
    case 'create-vm':
      return `creates ${printServer(action.server)}`;
  }
}

const list = (hosts: readonly string[]): string => hosts.join(' ');
