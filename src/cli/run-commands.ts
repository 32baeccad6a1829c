import { mkdirSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { version } from '../../package.json';
import { errno } from '../config/errno.ts';
import { readHostFacts } from '../config/host-facts.ts';
import { type ConfigFlag, configOf, finish, withConfig } from './common.ts';
import { EXIT, OWN_EXIT_CODES } from './exit-codes.ts';
import { complain, say } from './output.ts';

/** What is still open when the agent is done is stuck: an I/O or a look-up that hangs would hang an exit as well. */
const STUCK_MS = 1_000;

/** Commands that run until they are told to stop, by name. */
export const RUN_COMMANDS: ReadonlySet<string> = new Set(['agent', 'beat', 'cloud', 'demo']);

/** Commands that are processes. Their code is loaded when it is needed: a beat is to be small. */
export function addRunCommands(program: Command): void {
  withConfig(program.command('agent').description('run the agent of this host until SIGTERM'))
    .addHelpText('after', `${OWN_EXIT_CODES}\n\nExamples:\n  vigil agent --config /etc/vigil/vigil.yaml`)
    .action(async (flags: ConfigFlag) => {
      const config = configOf(flags);
      if (config === null) return;
      const { runAgent } = await import('../agent/main.ts');
      finish(await runAgent(config, version));
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), STUCK_MS).unref();
    });

  withConfig(
    program.command('beat').description('run the beat of one volume until SIGTERM; outlives the agent'),
  )
    .requiredOption('--volume <name>', 'name of the volume in the configuration')
    .addHelpText(
      'after',
      `\nExit codes:\n  0  stopped\n  2  the volume or the configuration cannot be used\n  3  another beat of this volume runs here\n  4  no direct I/O there\n\nExamples:\n  vigil beat --volume a`,
    )
    .action(async (flags: ConfigFlag & { readonly volume: string }) => beat(flags));

  program
    .command('cloud')
    .description('run the embedded cloud: a small keystone, nova and placement to try Vigil on')
    .option('--listen <ip>', 'address to listen on', listenIp, '127.0.0.1')
    .option('--port <port>', 'port; 0 takes a free one', port, 0)
    .option('--host <name...>', 'hosts in its records; nothing reports in the place of their nova-computes', [
      'h1',
      'h2',
      'h3',
    ])
    .option('--servers <count>', 'servers in its records from the start', port, 10)
    .option('--clouds-file <file>', 'write a clouds.yaml with the credential')
    .addHelpText(
      'after',
      `${OWN_EXIT_CODES}\n\nExamples:\n  vigil cloud --host h1 h2 --servers 4 --clouds-file clouds.yaml`,
    )
    .action(cloud);

  program
    .command('demo')
    .description(
      'play it through on this machine: five hosts and a cloud, one host killed, one isolated, one agent killed',
    )
    .option('--keep', 'leave it running to play with')
    .option('--folder <path>', 'where to keep its files (default: a temporary one)')
    .addHelpText('after', `${OWN_EXIT_CODES}\n\nExamples:\n  vigil demo\n  vigil demo --keep`)
    .action(async (flags: { readonly keep?: boolean; readonly folder?: string }) => {
      const { runDemo } = await import('../demo/demo.ts');
      const folder = flags.folder === undefined ? {} : { folder: flags.folder };
      finish(await runDemo({ keep: flags.keep === true, ...folder }));
    });
}

async function beat(flags: ConfigFlag & { readonly volume: string }): Promise<void> {
  const config = configOf(flags);
  if (config === null) return;
  const volume = config.volumes.find(({ name }) => name === flags.volume);
  const facts = readHostFacts(config);
  if (volume === undefined || !facts.ok) {
    complain(
      facts.ok
        ? `no volume ${flags.volume} in ${flags.config}; it has ${config.volumes.map(({ name }) => name).join(', ')}`
        : facts.words,
    );
    return finish(EXIT.usage);
  }
  try {
    mkdirSync(config.runtime_directory, { recursive: true, mode: 0o750 });
  } catch (error) {
    complain(`${config.runtime_directory} (runtime_directory) cannot be made: ${errno(error)}`);
    return finish(EXIT.usage);
  }
  const { runBeat } = await import('../beat/beat.ts');
  const exit = await runBeat({
    volumePath: volume.path,
    volumeName: volume.name,
    cluster: config.cluster.name,
    host: config.host.name,
    bootId: facts.boot,
    socketPath: join(config.runtime_directory, `${volume.name}.sock`),
    beatMs: config.timing.beat_ms,
    wantsSeat: volume.role === 'lease' && config.host.eligible,
    stop: untilSignal(),
    log: (line) => say(JSON.stringify({ at: new Date().toISOString(), volume: volume.name, ...line })),
  });
  if (exit.code !== 0) complain(exit.detail);
  finish(exit.code);
}

interface CloudFlags {
  readonly listen: string;
  readonly port: number;
  readonly host: readonly string[];
  readonly servers: number;
  readonly cloudsFile?: string;
}

async function cloud(flags: CloudFlags): Promise<void> {
  const { runCloudCommand } = await import('../cloud/run-cloud.ts');
  const options = {
    listenAddress: flags.listen,
    port: flags.port,
    hosts: flags.host.map((name) => ({ name })),
    servers: flags.servers,
    cloudsFile: flags.cloudsFile ?? null,
    cloud: {},
    signal: untilSignal(),
    print: say,
  };
  const ended = await runCloudCommand(options);
  if (!ended.ok) complain(`vigil cloud: ${ended.words}`);
  finish(ended.ok ? EXIT.ok : EXIT.failed);
}

function untilSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function listenIp(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('an IPv4 or IPv6 address of this machine');
  return text;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a whole number from 0 to 65535');
  return value;
}
