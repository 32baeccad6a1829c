import { Command, CommanderError } from 'commander';
import { addActCommands } from './act-commands.ts';
import { addCheckCommand } from './check/check-command.ts';
import { clusterCommands } from './cluster-commands.ts';
import { finish } from './common.ts';
import { configCommands } from './config-commands.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { addRunCommands } from './run-commands.ts';
import { addShowCommands } from './show-commands.ts';
import { volumeCommands } from './volume/commands.ts';

export function createProgram(): Command {
  const program = new Command('vigil')
    .description('VM-level high availability for OpenStack')
    .addHelpText('after', EXIT_CODES_HELP)
    .showHelpAfterError('(--help tells more)');
  addRunCommands(program);
  addShowCommands(program);
  addActCommands(program);
  addCheckCommand(program);
  program.addCommand(clusterCommands());
  program.addCommand(volumeCommands());
  program.addCommand(configCommands());
  throwInsteadOfExit(program);
  return program;
}

/** Runs one command; the exit code is left in `process.exitCode`, since some commands go on for hours. */
export async function runCli(argv: readonly string[]): Promise<void> {
  // A reader that went away (`vigil hosts | head`) is no fault, and must not end an agent.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    finish(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}
