import { Command, InvalidArgumentError } from 'commander';
import type { HostEntry } from '../drivers/tls/certificates.ts';
import { addHost, initCluster } from '../drivers/tls/cluster-folder.ts';
import { finish } from './common.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { complain, say, sayJson } from './output.ts';

interface Named {
  readonly name: string;
  readonly ip: string;
}

interface InitFlags {
  readonly cluster: string;
  readonly host: readonly Named[];
  readonly eligible?: readonly string[];
  readonly json?: boolean;
}

interface AddFlags {
  readonly host: readonly Named[];
  readonly eligible?: boolean;
  readonly json?: boolean;
}

export function clusterCommands(): Command {
  const cluster = new Command('cluster').description('keys and certificates of a cluster');
  cluster
    .command('init')
    .description('make cluster key, CA, and for each host a folder with what goes to its keys.directory')
    .argument('<folder>', 'folder to make; keep it off the hosts')
    .requiredOption('--cluster <name>', 'name of the cluster')
    .requiredOption('--host <name=ip...>', 'each host with its management address', collectHosts, [])
    .option('--eligible <name...>', 'hosts that may become master (default: all)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${EXIT_CODES_HELP}\n\nExamples:\n  vigil cluster init keys --cluster blue --host h1=10.0.0.11 --host h2=10.0.0.12 h3=10.0.0.13 --eligible h1 h2\n  scp -r keys/hosts/h1/. h1:/etc/vigil/keys/`,
    )
    .action(async (folder: string, flags: InitFlags) => {
      const unknown = flags.eligible?.find((name) => !flags.host.some((host) => host.name === name));
      if (unknown !== undefined) return refuse(`--eligible ${unknown} is none of the hosts`, EXIT.usage);
      const hosts = flags.host.map((host) => ({
        ...host,
        eligible: flags.eligible?.includes(host.name) ?? true,
      }));
      tell(await initCluster(folder, flags.cluster, hosts), folder, hosts, flags.json === true);
    });
  cluster
    .command('add-host')
    .description('make the folders of further hosts')
    .argument('<folder>', 'folder that cluster init made')
    .requiredOption('--host <name=ip...>', 'each host with its management address', collectHosts, [])
    .option('--eligible', 'they may become master')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${EXIT_CODES_HELP}\n\nExamples:\n  vigil cluster add-host keys --host h4=10.0.0.14`,
    )
    .action(async (folder: string, flags: AddFlags) => {
      const hosts = flags.host.map((host) => ({ ...host, eligible: flags.eligible === true }));
      for (const host of hosts) {
        const done = await addHost(folder, host);
        if (!done.ok) return refuse(done.words, EXIT.failed);
      }
      tell({ ok: true }, folder, hosts, flags.json === true);
    });
  return cluster;
}

function tell(
  done: Awaited<ReturnType<typeof initCluster>>,
  folder: string,
  hosts: readonly HostEntry[],
  json: boolean,
): void {
  if (!done.ok) return refuse(done.words, EXIT.failed);
  if (json) return sayJson({ folder, hosts });
  for (const { name, eligible } of hosts)
    say(`${folder}/hosts/${name}: to keys.directory of ${name}${eligible ? ' (eligible)' : ''}`);
  say(`${folder}/authority: keep it safe and off the hosts; whoever has it can give orders`);
}

function refuse(words: string, code: number): void {
  complain(words);
  finish(code);
}

function collectHosts(text: string, before: readonly Named[]): readonly Named[] {
  const match = /^([^=]+)=(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('NAME=IP, for example h1=10.0.0.11');
  return [...before, { name: match[1] ?? '', ip: match[2] ?? '' }];
}
