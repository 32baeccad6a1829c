import { type Command, InvalidArgumentError } from 'commander';
import type { StatusTold } from '../api/cluster-questions.ts';
import { FOLLOW_MS_MAX, LOCAL_PATHS } from '../api/local-routes.ts';
import { type JournalEntry, MAX_TAIL_ENTRIES } from '../drivers/journal/tail.ts';
import { type AskFlags, ask, finish, withAgent } from './common.ts';
import { EXIT, ASKING_EXIT_CODES } from './exit-codes.ts';
import { complain, say, sayJson } from './output.ts';
import { visible, visibleIn, visibleJson } from './visible.ts';
import { renderHosts, renderStatus, renderVms, vmRows, whyNotTold } from './render-status.ts';

interface StatusFlags extends AskFlags {
  readonly own?: boolean;
}

interface EventFlags extends AskFlags {
  readonly all?: boolean;
  readonly follow?: boolean;
  readonly number: number;
}

export function addShowCommands(program: Command): void {
  const show = (
    name: string,
    description: string,
    render: (told: StatusTold) => string,
    json: (told: StatusTold) => unknown,
    why: (told: StatusTold) => string | null = () => null,
  ): void => {
    withAgent(program.command(name).description(description))
      .option(
        '--own',
        'what this host itself knows, without asking the master; of hosts and VMs only the master knows',
      )
      .option('--json', 'print JSON')
      .addHelpText('after', `${ASKING_EXIT_CODES}\n\nExamples:\n  vigil ${name}\n  vigil ${name} --json`)
      .action(async (flags: StatusFlags) => {
        const told = await askStatus(flags);
        if (told === null) return;
        const missing = why(told);
        if (missing !== null) {
          complain(missing);
          // An empty list must not pass for "no host, no VM".
          if (flags.own !== true) return finish(EXIT.failed);
        }
        if (flags.json === true) sayJson(json(told));
        else if (missing === null) say(render(visibleIn(told)));
      });
  };
  show('status', 'is all well? master, holds, volumes of this host, incidents', renderStatus, (told) => told);
  show(
    'hosts',
    'all hosts with verdict, why, and their paths',
    (told) => renderHosts(told.status.hosts),
    (told) => told.status.hosts,
    whyNotTold,
  );
  show(
    'vms',
    'VMs of open incidents: where they were, where they go, and why not',
    (told) => renderVms(vmRows(told.status.incidents)),
    (told) => vmRows(told.status.incidents),
    whyNotTold,
  );

  withAgent(program.command('events').description("the newest lines of this host's journal"))
    .option('-f, --follow', 'go on with new ones')
    .option('-n, --number <count>', 'how many', lineCount, 50)
    .option('-a, --all', 'also each request to OpenStack')
    .option('--json', 'print JSON lines')
    .addHelpText(
      'after',
      `${ASKING_EXIT_CODES}\n\nExamples:\n  vigil events -n 20\n  vigil events --follow --json | jq .event`,
    )
    .action(async (flags: EventFlags) => showEvents(flags));
}

async function askStatus(flags: StatusFlags): Promise<StatusTold | null> {
  const scope = flags.own === true ? '?scope=own' : '';
  const answer = await ask(flags, { method: 'GET', path: `${LOCAL_PATHS.status}${scope}` });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the agent of this host, which has this very code
  return answer === null ? null : (answer.json as StatusTold);
}

/** Written for each request to OpenStack; interesting only to whoever asks for it. */
const OPENSTACK_REQUEST = 'openstack';

async function showEvents(flags: EventFlags): Promise<void> {
  let after = 0;
  for (let round = 0; round === 0 || flags.follow === true; round += 1) {
    const limit = flags.all === true ? flags.number : MAX_TAIL_ENTRIES;
    const query = round === 0 ? `limit=${limit}` : `after=${after}&wait_ms=${FOLLOW_MS_MAX}`;
    const answer = await ask(flags, {
      method: 'GET',
      path: `${LOCAL_PATHS.events}?${query}`,
      deadlineMs: 2 * FOLLOW_MS_MAX,
    });
    if (answer === null) return;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the agent of this host, which has this very code
    const { events, last } = answer.json as {
      readonly events: readonly JournalEntry[];
      readonly last: number;
    };
    const wanted = flags.all === true ? events : events.filter(({ event }) => event !== OPENSTACK_REQUEST);
    for (const entry of round === 0 ? wanted.slice(-flags.number) : wanted)
      say(flags.json === true ? visibleJson(entry) : eventLine(entry));
    if (process.stdout.errored !== null) return;
    after = last;
  }
}

function eventLine({ at, event, data }: JournalEntry): string {
  const title = data['title'];
  const words = typeof title === 'string' ? visible(`${String(data['state'])} ${title}`) : visibleJson(data);
  return `${at}  ${event}  ${words}`;
}

function lineCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1 || count > 1000)
    throw new InvalidArgumentError('a whole number from 1 to 1000');
  return count;
}
