import { playRun } from '../../../sim/run/play-run.ts';
import { type Case, shrink } from '../../../sim/run/shrink.ts';
import { printCommands } from '../../../sim/scenario/print-commands.ts';
import { EXIT } from '../exit-codes.ts';
import { complain, say } from '../output.ts';
import type { SizeFlags } from './commands.ts';
import { runOf } from './run.ts';

/** Standard output is the scenario; what is going on is told beside it. */
export function tellShrunk(seed: number, size: SizeFlags): number {
  const run = runOf(seed, size);
  const ended = playRun(run);
  const [first] = ended.violations;
  if (first === undefined) {
    complain(`seed ${seed} keeps every promise`);
    return EXIT.failed;
  }
  complain(`${first.checker}: ${first.words}`);
  const atRest = first.atMs > ended.faultsOverMs;
  const untilMs = ended.faultsOverMs - ended.settledMs;
  const script = ended.script.filter(({ atMs }) => atMs < untilMs);
  const whole: Case = { cluster: run.cluster, script, untilMs, atRest };
  const smallest = shrink(whole, first.checker, ({ cluster, script }) =>
    complain(`${script.length} actions, ${cluster.servers.length} VMs, ${cluster.hosts.length} hosts`),
  );
  complain(
    'expected.txt is yours to write: see docs/scenarios.md. With "maybe 0.. *" only the checkers count',
  );
  say(`# ${first.checker}: ${first.words}`);
  say(printCommands({ ...smallest, pending: [], rest: smallest.atRest }));
  return EXIT.ok;
}
