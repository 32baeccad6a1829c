import type { Command } from 'commander';
import { LOCAL_PATHS } from '../api/local-routes.ts';
import type { DeclaredMaintenance } from '../core/wire/records.ts';
import { API_VERSION } from '../drivers/orders/contract.ts';
import { type AskFlags, ask, finish, withAgent } from './common.ts';
import { EXIT, ASKING_EXIT_CODES } from './exit-codes.ts';
import { complain, say, sayJson } from './output.ts';
import { visible } from './visible.ts';

interface StartFlags extends AskFlags {
  readonly by: string;
  readonly why?: string;
  readonly recover?: boolean;
}

export function addMaintenanceCommands(program: Command): void {
  const maintenance = program
    .command('maintenance')
    .description('planned work on this host: it takes no VMs, is not master, and is not judged');

  withAgent(maintenance.command('start').description('declare it; it stands across restarts and reboots'))
    .requiredOption('--by <name>', 'who declares it; shown in hosts and reports')
    .option('--why <text>', 'what for')
    .option('--recover', 'recover its VMs all the same if it dies or boots meanwhile')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${ASKING_EXIT_CODES}\n\nNo VM is moved, stopped or started by it.\n\nExamples:\n  vigil maintenance start --by ann --why "new memory"`,
    )
    .action(async ({ by, why, recover, ...flags }: StartFlags) =>
      change(flags, { by, why: why ?? null, recover: recover ?? false }),
    );

  withAgent(maintenance.command('end').description('the host is watched and takes VMs again'))
    .option('--json', 'print JSON')
    .addHelpText('after', `${ASKING_EXIT_CODES}\n\nExamples:\n  vigil maintenance end`)
    .action(async (flags: AskFlags) => change(flags, null));
}

async function change(flags: AskFlags, declared: DeclaredMaintenance | null): Promise<void> {
  const body = { version: API_VERSION, declared };
  const answer = await ask(flags, { method: 'POST', path: LOCAL_PATHS.maintenance, body });
  if (answer === null) return;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the agent of this host, which has this very code
  const { ok, words } = answer.json as { readonly ok: boolean; readonly words: string };
  if (flags.json === true) sayJson(answer.json);
  else if (ok) say(visible(words));
  else complain(words);
  finish(ok ? EXIT.ok : EXIT.failed);
}
