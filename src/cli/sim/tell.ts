/** What is told of random runs. */
import type { Violation } from '../../../sim/checkers/check.ts';
import type { Ended } from '../../../sim/run/play-run.ts';
import { styled } from '../output.ts';
import type { SizeFlags } from './commands.ts';

export interface Asked {
  /** Null: drawn. */
  readonly hosts: number | null;
  readonly minutes: number | null;
}

export const askedOf = ({ hosts = null, minutes = null }: Partial<Asked>): Asked => ({ hosts, minutes });

/** All of a run that goes into sums and records. */
export interface Summary {
  readonly seed: number;
  /** What was asked for: runs of one seed and another size are other runs. */
  readonly asked: Asked;
  readonly hosts: number;
  readonly simulatedMs: number;
  readonly evacuations: number;
  readonly reboots: number;
  readonly masters: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly lostBets: readonly string[];
  /** Told in full; empty where every promise was kept. */
  readonly broken: readonly string[];
}

export function summarize(ended: Ended, size: SizeFlags): Summary {
  const { seed, hosts, simulatedMs, evacuations, reboots, masters, settledMs } = ended;
  const seconds = (atMs: number, digits: number): string => ((atMs - settledMs) / 1_000).toFixed(digits);
  // What follows from it has much of the same story.
  const isFirst = ({ checker }: Violation, n: number): boolean =>
    ended.violations.findIndex((one) => one.checker === checker) === n;
  return {
    seed,
    asked: askedOf(size),
    hosts,
    simulatedMs,
    evacuations,
    reboots,
    masters,
    faults: Object.fromEntries(ended.faults),
    lostBets: ended.bets.map(({ atMs, bet, vm, host, words }) => {
      return `${seconds(atMs, 1)} ${bet}: ${vm} on ${host}, ${words}`;
    }),
    broken: ended.violations.map((violation, n) =>
      [
        `${violation.checker}, at ${seconds(violation.atMs, 3)} s: ${violation.words}`,
        ...(isFirst(violation, n) ? violation.story.map((line) => `    ${line}`) : []),
        `  replay: ${replay('run', seed, size)}`,
      ].join('\n'),
    ),
  };
}

/** A run that cannot be played is a broken promise, too. */
export function unplayed(seed: number, size: SizeFlags, words: string): Summary {
  const nothing = { hosts: 0, simulatedMs: 0, evacuations: 0, reboots: 0, masters: 0, faults: {} };
  return { seed, asked: askedOf(size), ...nothing, lostBets: [], broken: [words] };
}

export function replay(command: 'run' | 'shrink', seed: number, { hosts, minutes }: SizeFlags): string {
  const words = [
    hosts === undefined ? '' : ` --hosts ${hosts}`,
    minutes === undefined ? '' : ` --minutes ${minutes}`,
  ];
  return `vigil sim ${command} --seed ${seed}${words.join('')}`;
}

export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

function seedsOf(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  return `: ${summaries.length === 1 ? 'seed' : 'seeds'} ${summaries.map(({ seed }) => seed).join(', ')}`;
}

export function sums(summaries: readonly Summary[]): readonly string[] {
  const faults = new Map<string, { count: number; hours: number; runs: number }>();
  let hostHours = 0;
  for (const { hosts, simulatedMs, faults: kinds } of summaries) {
    const hours = simulatedMs / 3_600_000;
    hostHours += hosts * hours;
    for (const [kind, count] of Object.entries(kinds)) {
      const sum = faults.get(kind) ?? { count: 0, hours: 0, runs: 0 };
      faults.set(kind, { count: sum.count + count, hours: sum.hours + hours, runs: sum.runs + 1 });
    }
  }
  const total = (of: (summary: Summary) => number): number =>
    summaries.reduce((sum, summary) => sum + of(summary), 0);
  const width = Math.max(0, ...[...faults.keys()].map((kind) => kind.length));
  const broken = summaries.filter((summary) => summary.broken.length > 0);
  const evacuations = counted(
    total((summary) => summary.evacuations),
    'evacuation',
  );
  const starts = counted(
    total(({ reboots }) => reboots),
    'start',
  );
  const masters = counted(
    total((summary) => summary.masters),
    'master',
  );
  const lost = summaries.filter(({ lostBets }) => lostBets.length > 0);
  return [
    ...[...faults]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(
        ([kind, { count, hours, runs }]) =>
          `${kind.padEnd(width)}  ${counted(count, 'time').padStart(13)} in ${counted(runs, 'run').padStart(10)} of ${hours.toFixed(1)} h`,
      ),
    `${counted(summaries.length, 'run')}, ${total(({ simulatedMs }) => simulatedMs / 3_600_000).toFixed(1)} simulated hours, ` +
      `${hostHours.toFixed(0)} host-hours; ${evacuations}, ${starts} in place, ${masters}`,
    `bets lost: ${total(({ lostBets }) => lostBets.length)}, in ${counted(lost.length, 'run')}${seedsOf(lost)}`,
    broken.length === 0
      ? styled('green', 'every promise was kept')
      : styled('red', `promises broken in ${counted(broken.length, 'run')}${seedsOf(broken)}`),
  ];
}
