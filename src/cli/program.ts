import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { finish } from './common.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { addRunCommands, RUN_COMMANDS } from './run-commands.ts';

/** All commands; where a command that runs for years is asked for, only those, since what is loaded stays in memory. */
export async function createProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('vigil')
    .description('VM-level high availability for OpenStack')
    .version(version)
    .addHelpText('after', EXIT_CODES_HELP)
    .showHelpAfterError('(--help tells more)');
  addRunCommands(program);
  if (asked === undefined || !RUN_COMMANDS.has(asked)) {
    const { addOtherCommands } = await import('./other-commands.ts');
    addOtherCommands(program);
  }
  throwInsteadOfExit(program);
  return program;
}

/** Runs one command; the exit code is left in `process.exitCode`, since some commands go on for hours. */
export async function runCli(argv: readonly string[]): Promise<void> {
  try {
    const program = await createProgram(argv[2]);
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    finish(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}
