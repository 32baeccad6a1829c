import type { TimedAction } from '../../../sim/actions/action.ts';
import { KNOWN_HOSTS_MAX } from '../../../sim/scenario/limits.ts';
import { print } from '../../../sim/scenario/print-action.ts';
import { drawRun, type Run } from '../../../sim/run/draw-run.ts';
import { playRun } from '../../../sim/run/play-run.ts';
import { MAX_SEATS } from '../../core/wire/records.ts';
import { EXIT } from '../exit-codes.ts';
import { say } from '../output.ts';
import type { SizeFlags } from './commands.ts';
import { replay, summarize, sums } from './tell.ts';

export function runOf(seed: number, { hosts, minutes }: SizeFlags): Run {
  const run = drawRun(seed, {
    hosts: hosts ?? null,
    faultsMs: minutes === undefined ? null : minutes * 60_000,
  });
  const { cluster } = run;
  const eligible = cluster.hosts.filter((host) => host.eligible).length;
  if (eligible * cluster.hosts.length <= KNOWN_HOSTS_MAX) return run;
  // More than there are seats on a volume could not become master anyway.
  const few = cluster.hosts.map((host, n) => ({ ...host, eligible: host.eligible && n < MAX_SEATS }));
  return { ...run, cluster: { ...cluster, hosts: few } };
}

export function tellRun(seed: number, size: SizeFlags): number {
  const ended = playRun(runOf(seed, size));
  const isRepair = ({ atMs }: TimedAction): boolean => atMs >= ended.faultsOverMs - ended.settledMs;
  say(
    `seed ${seed}, ${ended.hosts} hosts. What was done, as commands of a scenario, from the settled cluster on:`,
  );
  tellActions(ended.script.filter((timed) => !isRepair(timed)));
  const repairs = ended.script.filter(isRepair);
  if (repairs.length > 0) say('Everything is repaired, once a minute, until all is at rest:');
  tellActions(repairs);
  const summary = summarize(ended, size);
  for (const bet of summary.lostBets) say(`a bet was lost: ${bet}`);
  for (const broken of summary.broken) say(`BROKEN ${broken}`);
  for (const line of sums([summary])) say(line);
  if (summary.broken.length === 0) return EXIT.ok;
  say(`make it smaller: ${replay('shrink', seed, size)}`);
  return EXIT.failed;
}

function tellActions(script: readonly TimedAction[]): void {
  for (const { atMs, action } of script) say(`${(atMs / 1_000).toFixed(3).padStart(10)} ${print(action)}`);
}
