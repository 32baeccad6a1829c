import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { LOCAL_PATHS } from '../api/local-routes.ts';
import { API_VERSION } from '../drivers/orders/contract.ts';
import { askAgent } from './agent-client.ts';
import { type AskFlags, ask, finish, socketOf, withAgent } from './common.ts';
import { EXIT, ASKING_EXIT_CODES } from './exit-codes.ts';
import { complain, say, sayJson } from './output.ts';
import { visible } from './visible.ts';

const GATE_POLL_MS = 500;

interface ConfirmFlags extends AskFlags {
  readonly by: string;
  readonly yes?: boolean;
}

interface GateFlags extends AskFlags {
  readonly wait: number;
}

export function addActCommands(program: Command): void {
  withAgent(
    program
      .command('confirm-dead')
      .description('state by your name that a failed host runs nothing any more (proof operator)'),
  )
    .argument('<host>', 'name of the host')
    .requiredOption('--by <name>', 'who confirms it; kept with the incident')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${ASKING_EXIT_CODES}\n\nIf the host is not dead, its VMs may run twice and ruin their disks. Look at its power first.\n\nExamples:\n  vigil confirm-dead node7 --by ann`,
    )
    .action(confirmDead);

  withAgent(program.command('gate').description('may nova-compute start on this host? exit code 0 if so'))
    .option('--wait <seconds>', 'wait for a yes, at most so long', seconds, 0)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${ASKING_EXIT_CODES}\n\nExamples:\n  vigil gate --wait 300 && systemctl start nova-compute`,
    )
    .action(gate);
}

async function confirmDead(host: string, flags: ConfirmFlags): Promise<void> {
  if (flags.yes !== true && !(await isSure(host))) {
    complain('nothing was confirmed');
    return finish(EXIT.failed);
  }
  const body = { version: API_VERSION, host, by: flags.by };
  const answer = await ask(flags, { method: 'POST', path: LOCAL_PATHS.confirmDead, body });
  if (answer === null) return;
  const taken = isRecord(answer.json) && answer.json['ok'] === true;
  const words = isRecord(answer.json) ? String(answer.json['words']) : '';
  if (flags.json === true) sayJson(answer.json);
  else if (taken) say(visible(words));
  else complain(words);
  finish(taken ? EXIT.ok : EXIT.failed);
}

async function isSure(host: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    complain('this asks for a word of confirmation; without a terminal give --yes');
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await asking.question(`Is ${host} certainly powered off? Type its name: `)).trim() === host;
  } finally {
    asking.close();
  }
}

async function gate(flags: GateFlags): Promise<void> {
  const socket = socketOf(flags);
  if (socket === null) return;
  const untilMs = performance.now() + flags.wait * 1000;
  let said: string | null = null;
  for (;;) {
    const answer = await askAgent(socket, { method: 'GET', path: LOCAL_PATHS.gate });
    const told = answer.ok && isRecord(answer.json) ? answer.json : {};
    const words = answer.ok ? String(told['words']) : answer.words;
    const isOpen = told['open'] === true;
    if (isOpen || performance.now() >= untilMs) {
      if (!answer.ok) complain(words);
      else if (flags.json === true) sayJson(answer.json);
      else say(visible(words));
      return finish(isOpen ? EXIT.ok : answer.ok || answer.reached ? EXIT.failed : EXIT.unreachable);
    }
    // It asks twice a second; whoever reads the journal of nova-compute wants to read each reason once.
    if (words !== said) complain(`waiting: ${words}`);
    said = words;
    await new Promise((resolve) => {
      setTimeout(resolve, Math.max(1, Math.min(GATE_POLL_MS, untilMs - performance.now())));
    });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 86_400)) throw new InvalidArgumentError('seconds from 0 to 86400');
  return value;
}
