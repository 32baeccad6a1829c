/** All checkers on one simulated cluster. */
import type { World } from '../world.ts';
import { watchActsUnlicensed } from './acts-unlicensed.ts';
import { watchActsUnread } from './acts-unread.ts';
import type { Check, Checker, Violation } from './check.ts';
import { watchComesToRest } from './comes-to-rest.ts';
import { Excuses, type LostBet } from './excuses.ts';
import { watchForgottenVm } from './forgotten-vm.ts';
import { LastLife } from './last-life.ts';
import { watchLivingHost } from './living-host.ts';
import { CHECKERS, type CheckerName } from './names.ts';
import { watchNeverTold } from './never-told.ts';
import { Released } from './released.ts';
import { watchOutlivesLease } from './outlives-lease.ts';
import { watchReportOnce } from './report-once.ts';
import { watchRunsTwice } from './runs-twice.ts';
import { watchSaysWhy } from './says-why.ts';
import { Silence } from './silence.ts';
import { watchSourceAlive } from './source-alive.ts';
import { watchStartedEarly } from './started-early.ts';
import { watchStateLost } from './state-lost.ts';
import { watchTwoEvacuations } from './two-evacuations.ts';
import { watchTwoMasters } from './two-masters.ts';

const WATCH: Readonly<Record<CheckerName, (check: Check) => Checker>> = {
  'runs-twice': watchRunsTwice,
  'source-alive': watchSourceAlive,
  'two-evacuations': watchTwoEvacuations,
  'living-host': watchLivingHost,
  'acts-unread': watchActsUnread,
  'acts-unlicensed': watchActsUnlicensed,
  'two-masters': watchTwoMasters,
  'outlives-lease': watchOutlivesLease,
  'forgotten-vm': watchForgottenVm,
  'report-once': watchReportOnce,
  'never-told': watchNeverTold,
  'state-lost': watchStateLost,
  'started-early': watchStartedEarly,
  'comes-to-rest': watchComesToRest,
  'says-why': watchSaysWhy,
};

/** More than enough to see what is wrong; the first counts. */
const VIOLATIONS_MAX = 50;

export interface Watch {
  readonly violations: readonly Violation[];
  readonly bets: readonly LostBet[];
  readonly released: Released;
  /** To be called once, when everything is repaired and at rest. */
  readonly atRest: () => void;
  /** To be called once, when one more host has died then, and everybody has had the time to see to it. */
  readonly oneDead: (victim: string) => void;
}

export function watch(world: World, allowed: ReadonlySet<CheckerName> = new Set()): Watch {
  const violations: Violation[] = [];
  const silence = new Silence(world);
  const lastLife = new LastLife(world);
  const excuses = new Excuses(world, silence, lastLife);
  const released = new Released(world);
  const checkers = CHECKERS.filter((name) => !allowed.has(name)).map((checker) =>
    WATCH[checker]({
      world,
      silence,
      lastLife,
      excuses,
      released,
      violate: (words, { hosts = [], vm = null } = {}) => {
        if (violations.length >= VIOLATIONS_MAX) return;
        const known = hosts.filter((host) => host !== null);
        violations.push({ checker, atMs: world.clock.now, words, hosts: [...new Set(known)], vm });
      },
    }),
  );
  return {
    violations,
    bets: excuses.bets,
    released,
    atRest: () => {
      for (const checker of checkers) checker.atRest?.();
    },
    oneDead: (victim) => {
      for (const checker of checkers) checker.oneDead?.(victim);
    },
  };
}
