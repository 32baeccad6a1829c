/**
 * Actions that only end what others began, where nobody began it: a host, a VM or a volume is named wrongly then, or the
 * line is left over. Only what shows in the commands alone is found. Who wrote the line is told; a random run repairs
 * whatever there is.
 */
import type { Action, TimedAction } from '../actions/action.ts';

/** The places in the script of actions that cannot change anything; `off`: hosts that are off at its beginning. */
export function idleActions(script: readonly TimedAction[], off: ReadonlySet<string>): readonly number[] {
  return script.flatMap(({ atMs, action }, at) => {
    const begins = beginsIt(innermost(action), off);
    if (begins === null) return [];
    // At its moment anything else may have happened.
    const waits = action.do === 'once';
    const isBegun = script.some((other, before) => {
      const isBefore = other.atMs < atMs || (other.atMs === atMs && before < at);
      return before !== at && (waits || isBefore) && begins(innermost(other.action));
    });
    return isBegun ? [] : [at];
  });
}

const innermost = (action: Action): Action => (action.do === 'once' ? innermost(action.action) : action);

type Begins = (earlier: Action) => boolean;

/** Whether an earlier action did what this one ends; null: this one ends nothing, or is asked of somebody who answers. */
function beginsIt(action: Action, off: ReadonlySet<string>): Begins | null {
  const begins = beginsOnHosts(action, off);
  return begins !== null && 'hosts' in action
    ? (earlier) => begins(earlier) && (earlier.do === 'split' || meets(earlier, action.hosts))
    : (begins ?? beginsForAll(action));
}

function beginsOnHosts(action: Action, off: ReadonlySet<string>): Begins | null {
  // Off at the beginning, as all are where it is cold.
  const isOff = 'hosts' in action && action.hosts.some((host) => off.has(host));
  if (action.do === 'power-on') return isOff ? null : takesPower;
  if (action.do === 'start') {
    const { what } = action;
    if (what === 'nova-compute' && isOff) return null;
    const stops: Begins = (earlier) => earlier.do === 'kill' && earlier.what === what;
    return (earlier) => takesPower(earlier) || earlier.do === 'stop-agent' || stops(earlier);
  }
  if (action.do === 'thaw') return (earlier) => earlier.do === 'freeze';
  if (action.do === 'resume-agent') return (earlier) => earlier.do === 'pause-agent';
  if (action.do === 'api' && action.how === 'answers')
    return (earlier) => earlier.do === 'api' && earlier.how === 'hangs';
  if (action.do === 'late-write-lands')
    return (earlier) => earlier.do === 'kill' && earlier.lateWriteMs === 'open';
  if (action.do === 'heal') return (earlier) => earlier.do === 'split' || earlier.do === 'cut';
  if (action.do === 'heal-nova') return (earlier) => earlier.do === 'cut-nova';
  if (action.do === 'volume' && action.how === 'heals')
    return (earlier) =>
      'volume' in earlier &&
      earlier.volume === action.volume &&
      !('how' in earlier && earlier.how === 'heals');
  return null;
}

function beginsForAll(action: Action): Begins | null {
  if (action.do === 'heal-network')
    return ({ do: done }) => ['cut', 'split', 'lose', 'datagrams', 'cut-nova'].includes(done);
  if (action.do === 'bus' && action.up) return (earlier) => earlier.do === 'bus' && !earlier.up;
  if (action.do === 'isolation-address' && action.alive)
    return (earlier) => earlier.do === 'isolation-address' && !earlier.alive;
  if (action.do === 'cell' && action.up) return (earlier) => earlier.do === 'cell' && !earlier.up;
  if (action.do === 'nova' && action.how === 'up')
    return (earlier) => earlier.do === 'nova' && earlier.how === 'down';
  if (action.do === 'nova' && action.how === 'answers') return troublesAnswers;
  if (action.do === 'nova-lets-go')
    return (earlier) => earlier.do === 'nova-holds' && earlier.call === action.call;
  if (action.do === 'nova-vm' && action.how === 'heals')
    return (earlier) => earlier.do === 'nova-vm' && earlier.vm === action.vm && earlier.how !== 'heals';
  return null;
}

const takesPower = ({ do: done }: Action): boolean =>
  ['power-off', 'reboot', 'restart', 'shut-down', 'volume-torn'].includes(done);

const troublesAnswers: Begins = (earlier) =>
  earlier.do === 'nova'
    ? !['down', 'up', 'answers'].includes(earlier.how)
    : earlier.do.startsWith('nova-') && earlier.do !== 'nova-vm' && earlier.do !== 'nova-lets-go';

function meets(earlier: Action, hosts: readonly string[]): boolean {
  if ('hosts' in earlier) return earlier.hosts.some((host) => hosts.includes(host));
  return 'host' in earlier && hosts.includes(earlier.host);
}
