/** What is asked of `main.ts`: which defects, and what is to look for each. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { jobs, type SeedRange, seedRange } from '../../src/cli/sim/values.ts';
import { type CatcherName, CATCHERS } from './catcher.ts';
import { CI } from './ci.ts';
import type { Plan } from './examine.ts';
import { MUTANTS } from './lists/all.ts';
import type { Mutant } from './mutant.ts';
import { allScenarios } from './scenarios.ts';

export interface Chosen {
  readonly mutant: Mutant;
  readonly plan: Plan;
}

export type Asked =
  | { readonly ask: 'help'; readonly text: string }
  /** One line. */
  | { readonly ask: 'nothing'; readonly mistake: string }
  /** At least one. */
  | { readonly ask: 'list' | 'examine'; readonly chosen: readonly Chosen[]; readonly jobs: number };

interface Flags {
  readonly ci?: true;
  readonly all?: true;
  readonly by?: readonly CatcherName[];
  readonly scenario?: readonly string[];
  readonly seeds: SeedRange;
  readonly jobs: number;
  readonly list?: true;
}

export function readCommandLine(args: readonly string[]): Asked {
  let said = '';
  const keep = (text: string): void => void (said += text);
  const command = describe().exitOverride().configureOutput({ writeOut: keep, writeErr: keep });
  try {
    command.parse([...args], { from: 'user' });
    const flags = command.opts<Flags>();
    return {
      ask: flags.list === true ? 'list' : 'examine',
      chosen: flags.ci === true ? chooseCi(flags, command.args) : choose(flags, command.args),
      jobs: flags.jobs,
    };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { ask: 'help', text: said.trimEnd() };
    return { ask: 'nothing', mistake: `${error.message.split('\n').join(' ')}; --help tells what there is` };
  }
}

function describe(): Command {
  return new Command('main.ts')
    .usage('[options] [NAME…]')
    .description(
      'Plants defects in the core, one at a time, and tells what catches each: scenarios, random runs, tests.',
    )
    .argument('[name...]', 'these defects, or those whose name begins so (default: all)', known)
    .option('--ci', 'ten, each by the one thing that is to catch it')
    .option('--all', 'try everything on each, and all scenarios, not only until it is caught')
    .option('--by <what>', `${CATCHERS.join(', ')}; may be given more than once (default: each)`, catchers)
    .option(
      '--scenario <name>',
      'those whose name begins so; may be given more than once (default: all)',
      scenarios,
    )
    .addOption(
      new Option('--seeds <range>', 'of the swarm')
        .argParser(seedRange)
        .default({ first: 1, last: 60 }, '1..60'),
    )
    .option('--jobs <count>', 'defects at a time', jobs, 2)
    .option('--list', 'tell what there is')
    .addHelpText(
      'after',
      '\nExit codes:\n  0  each was caught\n  1  one was caught by nothing\n  2  the command line has a mistake',
    );
}

function known(begin: string, before: readonly string[] = []): readonly string[] {
  if (MUTANTS.some(({ name }) => name.startsWith(begin))) return [...before, begin];
  throw new InvalidArgumentError('the name of no defect begins so');
}

function catchers(text: string, before: readonly CatcherName[] = []): readonly CatcherName[] {
  const found = CATCHERS.find((name) => name === text);
  if (found !== undefined) return [...before, found];
  throw new InvalidArgumentError(`one of ${CATCHERS.join(', ')}`);
}

function scenarios(begin: string, before: readonly string[] = []): readonly string[] {
  const found = allScenarios().filter((name) => name.startsWith(begin));
  if (found.length > 0) return [...before, ...found];
  throw new InvalidArgumentError('the name of no folder of sim/scenarios begins so');
}

function choose(flags: Flags, begins: readonly string[]): readonly Chosen[] {
  const { all = false, by = CATCHERS, scenario = allScenarios(), seeds } = flags;
  const plan: Plan = {
    catchers: CATCHERS.filter((one) => by.includes(one)),
    all,
    seeds,
    scenarios: scenario,
  };
  const isWanted = ({ name }: Mutant): boolean =>
    begins.length === 0 || begins.some((begin) => name.startsWith(begin));
  return MUTANTS.filter(isWanted).map((mutant) => ({ mutant, plan }));
}

function chooseCi(flags: Flags, begins: readonly string[]): readonly Chosen[] {
  if (begins.length > 0 || flags.by !== undefined || flags.scenario !== undefined)
    throw new InvalidArgumentError(
      'error: --ci goes without NAME, --by and --scenario: it says that by itself',
    );
  return CI.flatMap(({ name, by, scenario = '' }) =>
    choose(flags, [name])
      .filter(({ mutant }) => mutant.name === name)
      .map(({ mutant, plan }) => {
        const scenarios = plan.scenarios.filter((one) => one.startsWith(scenario));
        return { mutant, plan: { ...plan, catchers: [by], scenarios } };
      }),
  );
}
