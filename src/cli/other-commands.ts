import type { Command } from 'commander';
import { addActCommands } from './act-commands.ts';
import { addCheckCommand } from './check/check-command.ts';
import { clusterCommands } from './cluster-commands.ts';
import { configCommands } from './config-commands.ts';
import { addMaintenanceCommands } from './maintenance-commands.ts';
import { addShowCommands } from './show-commands.ts';
import { addSimCommands } from './sim/commands.ts';
import { volumeCommands } from './volume/commands.ts';

/** Commands that come to an end by themselves. */
export function addOtherCommands(program: Command): void {
  addShowCommands(program);
  addActCommands(program);
  addMaintenanceCommands(program);
  addCheckCommand(program);
  addSimCommands(program);
  program.addCommand(clusterCommands());
  program.addCommand(volumeCommands());
  program.addCommand(configCommands());
}
