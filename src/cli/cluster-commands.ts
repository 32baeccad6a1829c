import { Command, InvalidArgumentError } from 'commander';
import type { HostEntry } from '../drivers/tls/certificates.ts';
import { addHosts, initCluster } from '../drivers/tls/cluster-folder.ts';
import { wrongWords } from '../drivers/tls/host-entries.ts';
import { finish } from './common.ts';
import { EXIT, OWN_EXIT_CODES } from './exit-codes.ts';
import { complain, say, sayJson } from './output.ts';

interface Named {
  readonly name: string;
  readonly ip: string;
}

interface HostFlags {
  readonly host: readonly Named[];
  readonly eligible?: readonly string[];
  readonly json?: boolean;
}

interface InitFlags extends HostFlags {
  readonly cluster: string;
}

const ELIGIBLE_HELP = `
Who is eligible:
  Only hosts named with --eligible get the cluster key, and with it the right to become master and to give orders.
  Nobody is by default: name three to five, in different racks. In the configuration of all others write
  host.eligible: false. Eligible hosts also need the cloud credential, clouds.yaml.`;

export function clusterCommands(): Command {
  const cluster = new Command('cluster').description('keys and certificates of a cluster');
  withHosts(
    cluster
      .command('init')
      .description('make cluster key, CA, and for each host a folder with what goes to its keys.directory')
      .argument('<folder>', 'folder to make; keep it off the hosts')
      .requiredOption('--cluster <name>', 'name of the cluster'),
    'vigil cluster init keys --cluster blue --host h1=10.0.0.11 --host h2=10.0.0.12 h3=10.0.0.13 --eligible h1 h2\n  scp -r keys/hosts/h1/. h1:/etc/vigil/keys/',
  ).action(async (folder: string, flags: InitFlags) => {
    const hosts = hostsOf(flags);
    const nobody =
      (flags.eligible ?? []).length > 0
        ? []
        : ['--eligible names nobody: without an eligible host there is no master'];
    if (isWrong([...wrongWords(flags.cluster, hosts), ...unknownOf(flags), ...nobody])) return;
    tell(await initCluster(folder, flags.cluster, hosts), folder, hosts, flags.json === true);
  });
  withHosts(
    cluster
      .command('add-host')
      .description('make the folders of further hosts')
      .argument('<folder>', 'folder that vigil cluster init made'),
    'vigil cluster add-host keys --host h4=10.0.0.14\n  vigil cluster add-host keys --host h5=10.0.0.15 --eligible h5',
  ).action(async (folder: string, flags: HostFlags) => {
    const hosts = hostsOf(flags);
    if (isWrong([...wrongWords(null, hosts), ...unknownOf(flags)])) return;
    tell(await addHosts(folder, hosts), folder, hosts, flags.json === true);
  });
  return cluster;
}

function withHosts(command: Command, examples: string): Command {
  return command
    .requiredOption('--host <name=ip...>', 'each host with its management address', collectHosts)
    .option('--eligible <name...>', 'those of the hosts that may become master; nobody else may')
    .option('--json', 'print JSON')
    .addHelpText('after', `${ELIGIBLE_HELP}\n${OWN_EXIT_CODES}\n\nExamples:\n  ${examples}`);
}

function hostsOf({ host, eligible = [] }: HostFlags): readonly HostEntry[] {
  return host.map((named) => ({ ...named, eligible: eligible.includes(named.name) }));
}

function unknownOf({ host, eligible = [] }: HostFlags): readonly string[] {
  return eligible
    .filter((name) => !host.some((named) => named.name === name))
    .map((name) => `--eligible ${name} is none of the hosts named with --host`);
}

function isWrong(words: readonly string[]): boolean {
  for (const line of words) complain(line);
  if (words.length > 0) finish(EXIT.usage);
  return words.length > 0;
}

function tell(
  done: Awaited<ReturnType<typeof initCluster>>,
  folder: string,
  hosts: readonly HostEntry[],
  json: boolean,
): void {
  if (!done.ok) {
    complain(done.words);
    return finish(EXIT.failed);
  }
  if (json) return sayJson({ folder, hosts });
  for (const { name, eligible } of hosts)
    say(`${folder}/hosts/${name}: to keys.directory of ${name}${eligible ? ' (eligible)' : ''}`);
  say(`${folder}/authority: keep it safe and off the hosts; whoever has it can give orders`);
}

function collectHosts(text: string, before: readonly Named[] | undefined): readonly Named[] {
  const [, name = '', ip = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('NAME=IP, for example h1=10.0.0.11');
  return [...(before ?? []), { name, ip }];
}
