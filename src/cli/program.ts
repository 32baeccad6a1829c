import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { finish } from './common.ts';
import { EXIT, ASKING_EXIT_CODES } from './exit-codes.ts';
import { complain } from './output.ts';
import { addRunCommands, RUN_COMMANDS } from './run-commands.ts';

/** All commands; where a command that runs for years is asked for, only those, since what is loaded stays in memory. */
export async function createProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('vigil')
    .description('VM-level high availability for OpenStack')
    .version(version)
    .addHelpText('after', ASKING_EXIT_CODES);
  addRunCommands(program);
  if (asked === undefined || !RUN_COMMANDS.has(asked)) {
    const { addOtherCommands } = await import('./other-commands.ts');
    addOtherCommands(program);
  }
  treatErrorsAlike(program);
  return program;
}

/** Runs one command; the exit code is left in `process.exitCode`, since some commands go on for hours. */
export async function runCli(argv: readonly string[]): Promise<void> {
  try {
    const program = await createProgram(argv[2]);
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // What commander does where the name of a command is missing is to show all of them.
    if (error.code === 'commander.help' && error.exitCode !== 0)
      complain('error: a command is missing or unknown; those above are known');
    finish(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  }
}

/** Commands that were made on their own do not inherit it. */
function treatErrorsAlike(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help tells more)');
  for (const child of command.commands) treatErrorsAlike(child);
}
