/** Plays a random run until it is at rest again. */
import type { TimedAction } from '../actions/action.ts';
import type { Violation } from '../checkers/check.ts';
import type { LostBet } from '../checkers/excuses.ts';
import { watch } from '../checkers/watch.ts';
import type { FaultKind } from '../faults/kinds.ts';
import { settle } from '../scenario/settle.ts';
import type { World } from '../world.ts';
import { comeToRest, LOOK_MS } from './come-to-rest.ts';
import type { Run } from './draw-run.ts';
import { oneMoreDies } from './one-more-dies.ts';
import { Story } from './story.ts';
import { take } from './take-steps.ts';

export interface Ended {
  readonly seed: number;
  readonly violations: readonly (Violation & { readonly story: readonly string[] })[];
  readonly bets: readonly LostBet[];
  readonly hosts: number;
  readonly simulatedMs: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly evacuations: number;
  readonly reboots: number;
  readonly masters: number;
  /** Everything that was done, at times from the settled cluster on: the run again without its seed. */
  readonly script: readonly TimedAction[];
  /** When everything was repaired, or a promise was broken. */
  readonly faultsOverMs: number;
  readonly settledMs: number;
}

export function playRun(run: Run): Ended {
  const settled = settle(run.cluster);
  if (!settled.ok) throw new Error(`seed ${run.seed}: ${settled.words}`);
  const { world } = settled;
  const settledMs = world.clock.now;
  const watched = watch(world);
  const story = new Story(world);
  const seen = new Seen(world, settledMs);
  const faults = new Map<FaultKind, number>();
  for (const { atMs, kind, steps } of run.faults) {
    faults.set(kind, (faults.get(kind) ?? 0) + 1);
    world.clock.after(atMs, () => take(world, steps));
  }
  for (let atMs = 0; atMs < run.faultsMs && watched.violations.length === 0; atMs += LOOK_MS)
    world.run(LOOK_MS);
  const faultsOverMs = world.clock.now;
  if (watched.violations.length === 0) comeToRest(world, watched);
  if (watched.violations.length === 0) oneMoreDies(world, watched);
  return {
    seed: run.seed,
    violations: watched.violations.map((violation) => ({
      ...violation,
      story: story.of(violation, faultsOverMs),
    })),
    bets: watched.bets,
    hosts: run.cluster.hosts.length,
    simulatedMs: world.clock.now,
    faults,
    ...seen.counts(),
    faultsOverMs,
    settledMs,
  };
}

class Seen {
  private readonly script: TimedAction[] = [];
  private evacuations = 0;
  private reboots = 0;
  private masters = 0;

  constructor(world: World, settledMs: number) {
    world.events.listen((event) => {
      if (event.event === 'action')
        this.script.push({ atMs: world.clock.now - settledMs, action: event.action });
      if (event.event === 'evacuation-accepted') this.evacuations += 1;
      if (event.event === 'rebooted') this.reboots += 1;
      if (event.event === 'lease' && event.holds) this.masters += 1;
    });
  }

  counts(): Pick<Ended, 'script' | 'evacuations' | 'reboots' | 'masters'> {
    const { script, evacuations, reboots, masters } = this;
    return { script, evacuations, reboots, masters };
  }
}
