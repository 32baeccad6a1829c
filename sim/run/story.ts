/** How a broken promise came about: what happened to its VM and its hosts, and what was done to them or to everything. */
import type { Violation } from '../checkers/check.ts';
import type { WorldEvent } from '../events.ts';
import type { World } from '../world.ts';
import { isRoutine } from './repair.ts';
import { type About, aboutOf } from './story-about.ts';
import { told } from './story-words.ts';

interface Noted {
  readonly atMs: number;
  readonly event: WorldEvent;
  readonly about: About;
}

const NOTED_MAX = 20_000;
/** The last that happened, of any kind; and from before that, what weighs most. */
const LATEST_MAX = 28;
const EARLIER_MAX = 12;

export class Story {
  private readonly noted: Noted[] = [];
  private readonly beganMs: number;
  private readonly world: World;
  private next = 0;

  /** Begins now: its times count from here, as those of a scenario do. */
  constructor(world: World) {
    this.world = world;
    this.beganMs = world.clock.now;
    world.events.listen((event) => {
      const about = aboutOf(world, event);
      if (about === null) return;
      this.noted[this.next % NOTED_MAX] = { atMs: world.clock.now, event, about };
      this.next += 1;
    });
  }

  /** `repairedMs`: from when on everything is repaired, again and again. */
  of(violation: Violation, repairedMs: number): readonly string[] {
    const inOrder = [
      ...this.noted.slice(this.next % NOTED_MAX),
      ...this.noted.slice(0, this.next % NOTED_MAX),
    ].filter(({ atMs }) => atMs <= violation.atMs);
    const cast = castOf(this.world, violation, inOrder);
    const concerning = inOrder.filter((noted) => concerns(noted, cast));
    const all = fold(concerning, repairedMs);
    const before = all.slice(0, -LATEST_MAX);
    const earlier = before.filter(({ event }) => weighs(event)).slice(-EARLIER_MAX);
    const leftOut = before.length - earlier.length;
    const lines = [...earlier, ...all.slice(-LATEST_MAX)].map((line) => this.line(line, cast));
    return leftOut === 0 ? lines : [`(${leftOut} of less weight or longer ago are left out)`, ...lines];
  }

  private line({ atMs, event, about, isRepair, again }: Line, { hosts, masters }: Cast): string {
    const words = isRepair ? 'everything is repaired' : told(event, about, new Set([...hosts, ...masters]));
    const times = again === null ? '' : ` (${again.times} more, the last at ${this.seconds(again.lastMs)})`;
    return `${this.seconds(atMs)} ${event.event === 'action' ? '── ' : ''}${words}${times}`;
  }

  private seconds(atMs: number): string {
    return ((atMs - this.beganMs) / 1_000).toFixed(3);
  }
}

/** Whom a story is about. */
interface Cast {
  readonly hosts: ReadonlySet<string>;
  /** Empty: every VM of the hosts. */
  readonly vms: ReadonlySet<string>;
  /** The last ones: what was done to them bears on everything, what they said of others does not. */
  readonly masters: ReadonlySet<string>;
  readonly words: string;
}

const PLACES_MAX = 6;
const MASTERS_MAX = 2;

function castOf(world: World, { hosts, vm, words }: Violation, noted: readonly Noted[]): Cast {
  const named = words.match(/[\w-]+/g) ?? [];
  const vms = new Set(vm === null ? named.filter((word) => world.nova.state.servers.has(word)) : [vm]);
  // A VM comes with the hosts that it was on, or was to go to.
  const places = noted
    .filter(({ about }) => about.vm !== null && vms.has(about.vm))
    .slice(-PLACES_MAX)
    .flatMap(({ about: { hosts: at, to } }) => [...(at === 'all' ? [] : at), ...(to === null ? [] : [to])]);
  const homes = [...vms].flatMap((one) => world.nova.state.servers.get(one)?.host ?? []);
  const masters = noted.flatMap(({ event }) => (event.event === 'lease' && event.holds ? [event.host] : []));
  return {
    hosts: new Set([...hosts, ...named.filter((word) => world.hosts.has(word)), ...places, ...homes]),
    vms,
    masters: new Set([...masters.slice(-MASTERS_MAX), ...world.masters().map(({ name }) => name)]),
    words,
  };
}

function concerns({ event, about }: Noted, { hosts, vms, masters, words }: Cast): boolean {
  if (event.event === 'report' && words.includes(event.report.cause)) return true;
  // The verdict says the same.
  if (event.event === 'report' && event.report.cause.startsWith('host/')) return false;
  if (about.vm !== null && vms.size > 0) return vms.has(about.vm);
  if (about.hosts === 'all') return true;
  return about.hosts.some((host) => hosts.has(host) || (event.event === 'action' && masters.has(host)));
}

/** What changes what runs where, and who decides; the rest says why. */
function weighs(event: WorldEvent): boolean {
  if (event.event === 'journal') return event.name === 'declared' || event.name === 'order';
  return event.event !== 'report' && event.event !== 'nova-sending' && event.event !== 'nova-answered';
}

interface Line extends Noted {
  /** Stands for a whole round of repairs. */
  readonly isRepair: boolean;
  /** The same came again later. */
  readonly again: { readonly times: number; readonly lastMs: number } | null;
}

/** So many lines back, the same is the same again. */
const LOOK_BACK = 4;

/** What is repaired in one round after the other is told once, and so is what is tried again and again. */
function fold(noted: readonly Noted[], repairedMs: number): readonly Line[] {
  const lines: Line[] = [];
  /** Where the last line of this kind is. */
  const placeOf = new Map<string, number>();
  for (const one of noted) {
    const { atMs, event } = one;
    const isRound = atMs >= repairedMs && event.event === 'action';
    if (atMs >= repairedMs && event.event === 'answered' && event.ends) continue;
    const isRepair = isRound && isRoutine(event.action);
    const key = isRepair ? 'repair' : `${isRound} ${JSON.stringify(event)}`;
    const place = placeOf.get(key);
    const before = place === undefined ? undefined : lines[place];
    const isSame = isRound || (isTry(event) && place !== undefined && place >= lines.length - LOOK_BACK);
    if (place === undefined || before === undefined || !isSame) {
      placeOf.set(key, lines.length);
      lines.push({ ...one, isRepair, again: null });
    } else if ((before.again?.lastMs ?? before.atMs) !== atMs)
      lines[place] = { ...before, again: { times: (before.again?.times ?? 0) + 1, lastMs: atMs } };
  }
  return lines;
}

/** Of all else it tells something when it comes again: that it had changed meanwhile. */
const isTry = (event: WorldEvent): boolean =>
  (event.event === 'journal' && event.name !== 'verdict') ||
  event.event === 'nova-sending' ||
  event.event === 'nova-answered' ||
  event.event === 'evacuation-refused';
