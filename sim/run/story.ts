/** The last things that happened, for whoever wants to know how it came. */
import { print } from '../scenario/print-action.ts';
import type { WorldEvent } from '../events.ts';
import type { World } from '../world.ts';

interface Noted {
  readonly atMs: number;
  readonly event: WorldEvent;
}

const UNTOLD: ReadonlySet<WorldEvent['event']> = new Set([
  'nova-sending',
  'nova-asked',
  'nova-performed',
  'nova-answered',
  'seat-written',
  'record-asked',
]);
const NOTED_MAX = 5_000;
const TOLD_MAX = 40;

export class Story {
  private readonly noted: Noted[] = [];
  private readonly beganMs: number;
  private next = 0;

  /** Begins now: its times count from here, as those of a scenario do. */
  constructor(world: World) {
    this.beganMs = world.clock.now;
    world.events.listen((event) => {
      if (UNTOLD.has(event.event)) return;
      this.noted[this.next % NOTED_MAX] = { atMs: world.clock.now, event };
      this.next += 1;
    });
  }

  /** The last events of these hosts and this VM up to the time, and what was done to the cluster. */
  last(hosts: readonly string[], vm: string | null, untilMs: number): readonly string[] {
    const inOrder = [
      ...this.noted.slice(this.next % NOTED_MAX),
      ...this.noted.slice(0, this.next % NOTED_MAX),
    ];
    return inOrder
      .filter(({ atMs }) => atMs <= untilMs)
      .map(({ atMs, event }) => ({ atMs, words: told(event), isDone: event.event === 'action' }))
      .filter(({ words, isDone }) => isDone || concerns(words, hosts, vm))
      .slice(-TOLD_MAX)
      .map(({ atMs, words }) => `${((atMs - this.beganMs) / 1_000).toFixed(3)} ${words}`);
  }
}

function concerns(words: string, hosts: readonly string[], vm: string | null): boolean {
  const named = words.split(/[^\w-]+/);
  return hosts.some((host) => named.includes(host)) || (vm !== null && named.includes(vm));
}

const WORDS_MAX = 220;

/** As NAME=VALUE, without what is not there: what a line has room for is to say what there is. */
function fields(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

function told(event: WorldEvent): string {
  const words = (): string => {
    switch (event.event) {
      case 'action':
        return `── ${print(event.action)}`;
      case 'report':
        return `${event.by} reports: ${event.report.state} ${event.report.cause}: ${event.report.title}`;
      case 'journal':
        return `${event.by}: ${event.name} ${fields(event.data)}`;
      case 'guest-started':
      case 'guest-stopped':
        return `${event.event} ${event.vm} on ${event.host}`;
      case 'evacuation-accepted':
        return `nova takes evacuation ${event.row.id} of ${event.row.vm}: ${event.row.source} -> ${event.row.target}`;
      case 'evacuation-refused':
        return `nova refuses to evacuate ${event.vm}: ${event.detail}`;
      case 'forced':
        return `${event.host} is forced ${event.down ? 'down' : 'up'}${event.byVigil ? '' : ' by hand'}`;
      case 'rebooted':
        return `nova takes the hard reboot of ${event.vm} on ${event.host}`;
      case 'lease':
        return `${event.host} ${event.holds ? 'holds' : 'has lost'} the lease`;
      case 'gate-open':
        return `nova-compute of ${event.host} starts`;
      case 'agent-started':
      case 'agent-stopped':
        return `${event.event} on ${event.host}`;
      case 'answered':
        return `${event.what} ${event.host}: ${event.ok ? 'ok' : 'refused'}, ${event.words}`;
      case 'seat-torn':
        return `the seat of ${event.host} is torn`;
      case 'late-write-landed':
        return `what dead beats of ${event.host} have left lands on volume ${event.volume}`;
      case 'nova-sending':
      case 'nova-asked':
      case 'nova-performed':
      case 'nova-answered':
      case 'seat-written':
      case 'record-asked':
      case 'volume-answered':
        return '';
    }
  };
  return words().slice(0, WORDS_MAX);
}
