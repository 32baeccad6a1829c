/** `vigil volume …`: options in, {@link CommandResult} out; everything else is in the functions beside this file. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { MAX_SLOTS } from '../../core/wire/record-checks.ts';
import { dumpVolume } from './dump.ts';
import { freePlaces } from './free.ts';
import { initVolume } from './init.ts';
import { probeVolume } from './probe.ts';
import { type CommandResult, EXIT_OK } from './result.ts';

export function volumeCommands(): Command {
  const volume = new Command('volume').description('make, show and measure heartbeat volumes');
  volume
    .command('init')
    .description('make a volume out of a file or block device; refuses what is in use')
    .argument('<path>', 'file (made if it does not exist) or block device')
    .requiredOption('--cluster <name>', 'cluster that the volume belongs to')
    .requiredOption('--slots <count>', `hosts it has room for, 1 to ${MAX_SLOTS}`, slotCount)
    .addOption(
      new Option('--lease-of <volumes>', 'it is one of so many lease volumes')
        .choices(['1', '3'])
        .default('1'),
    )
    .option('--heartbeat-only', 'it carries heartbeats and no lease')
    .option('--force', 'overwrite what is there, if nobody writes it')
    .option('--json', 'print JSON')
    .action(async (path: string, options: InitFlags) => {
      const leaseVolumes = options.heartbeatOnly === true ? 0 : options.leaseOf === '3' ? 3 : 1;
      const { cluster, slots, force = false } = options;
      finish(await initVolume({ path, cluster, slots, leaseVolumes, force }), options);
    });
  volume
    .command('dump')
    .description('show superblock, seats, slots and incident cells, and who writes them')
    .argument('<path>', 'file or block device')
    .option('--json', 'print JSON')
    .action(async (path: string, options: JsonFlag) => finish(await dumpVolume(path), options));
  volume
    .command('probe')
    .description('measure read and write latency; exit code 1 if the timings are not safe on it')
    .argument('<path>', 'file or block device')
    .option('--json', 'print JSON')
    .action((path: string, options: JsonFlag) => finish(probeVolume(path), options));
  volume
    .command('free')
    .description('free slot, seat and incident cells of a host that is gone for good')
    .argument('<path>', 'file or block device')
    .argument('<host>', 'name of the host')
    .option('--force', 'even if an incident of the host is not closed')
    .option('--json', 'print JSON')
    .action(async (path: string, host: string, options: JsonFlag & { readonly force?: boolean }) =>
      finish(await freePlaces({ path, host, force: options.force ?? false }), options),
    );
  return volume;
}

interface JsonFlag {
  readonly json?: boolean;
}

interface InitFlags extends JsonFlag {
  readonly cluster: string;
  readonly slots: number;
  readonly leaseOf: '1' | '3';
  readonly heartbeatOnly?: boolean;
  readonly force?: boolean;
}

function slotCount(value: string): number {
  const slots = Number(value);
  if (Number.isInteger(slots) && slots >= 1 && slots <= MAX_SLOTS) return slots;
  throw new InvalidArgumentError(`a whole number from 1 to ${MAX_SLOTS}`);
}

function finish(result: CommandResult, flags: JsonFlag): void {
  const text = flags.json === true ? JSON.stringify(result.json, null, 2) : result.lines.join('\n');
  const out = result.exitCode === EXIT_OK || flags.json === true ? process.stdout : process.stderr;
  out.write(`${text}\n`);
  process.exitCode = result.exitCode;
}
