/** `vigil sim …`: the simulator. Its code is loaded when it is asked for. */
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { HOSTS_MAX, MINUTES_MAX, RUN_HOSTS_MIN } from '../../../sim/scenario/limits.ts';
import { finish } from '../common.ts';
import { between, jobs, once, seed, seedRange, type SeedRange } from './values.ts';

export interface SizeFlags {
  readonly hosts?: number;
  readonly minutes?: number;
}

export interface SwarmFlags extends SizeFlags {
  readonly seeds: SeedRange;
  readonly jobs: number;
  readonly record?: string;
}

export function addSimCommands(program: Command): void {
  const sim = program
    .command('sim')
    .description('the simulator: whole clusters on virtual time, and every fault');
  withSize(
    sim
      .command('run')
      .description('one random run: what was done in it, what broke and how it came, and sums')
      .requiredOption('--seed <seed>', 'everything follows from it', once(seed)),
  )
    .addHelpText('after', help(KEPT, 'vigil sim run --seed 17'))
    .action(async (flags: SizeFlags & { readonly seed: number }) => {
      const { tellRun } = await import('./run.ts');
      finish(tellRun(flags.seed, flags));
    });
  withSize(
    sim
      .command('swarm')
      .description('many random runs; each seed draws its own cluster, faults and rates')
      .requiredOption('--seeds <range>', 'A..B', once(seedRange)),
  )
    .option('--jobs <count>', 'processes', once(jobs), availableParallelism())
    .option(
      '--record <file>',
      'one line a seed is added to it; seeds that are there already are not run again',
      once((path) => path),
    )
    .addHelpText('after', help(KEPT, 'vigil sim swarm --seeds 1..200'))
    .action(async (flags: SwarmFlags) => {
      const { runSwarm } = await import('./swarm.ts');
      finish(await runSwarm(flags));
    });
  withSize(
    sim
      .command('shrink')
      .description('make a run that breaks a promise smaller, and print it as commands of a scenario')
      .requiredOption('--seed <seed>', 'of the run', once(seed)),
  )
    .addHelpText('after', help(SHRUNK, 'vigil sim shrink --seed 17'))
    .action(async (flags: SizeFlags & { readonly seed: number }) => {
      const { tellShrunk } = await import('./shrink.ts');
      finish(tellShrunk(flags.seed, flags));
    });
  sim
    .command('scenario')
    .description('play scenarios and tell what differs from what they expect')
    .argument('<dir...>', 'folders with commands.txt and expected.txt')
    .option('--show', 'also print everything that happened')
    .addHelpText('after', help(PLAYED, 'vigil sim scenario sim/scenarios/*'))
    .action(async (folders: readonly string[], flags: { readonly show?: boolean }) => {
      const { playScenarios } = await import('./scenario.ts');
      finish(playScenarios(folders, flags.show === true));
    });
  program.command('sim-worker', { hidden: true }).action(async () => {
    const { work } = await import('./worker.ts');
    work();
  });
}

/** What 0 and 1 mean. */
type Codes = readonly [string, string];
const KEPT: Codes = ['every promise was kept', 'one was broken'];
const SHRUNK: Codes = ['a smaller run is printed', 'the run keeps every promise'];
const PLAYED: Codes = ['everything happened as expected', 'something differs'];

function help([ok, failed]: Codes, example: string): string {
  const usage = 'the command line, or a file, has a mistake';
  return `\nExit codes:\n  0  ${ok}\n  1  ${failed}\n  2  ${usage}\n\nExamples:\n  ${example}`;
}

function withSize(command: Command): Command {
  return command
    .option(
      '--hosts <count>',
      'hosts of the cluster (default: drawn)',
      once(between(RUN_HOSTS_MIN, HOSTS_MAX)),
    )
    .option(
      '--minutes <count>',
      'of simulated time with faults (default: drawn)',
      once(between(1, MINUTES_MAX)),
    );
}
