/** `vigil volume …`: options in, {@link CommandResult} out; everything else is in the functions beside this file. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { MAX_SLOTS } from '../../core/wire/record-checks.ts';
import { dumpVolume } from './dump.ts';
import { freeDamagedSlot } from './free-slot.ts';
import { freePlaces } from './free.ts';
import { initVolume } from './init.ts';
import { probeVolume } from './probe.ts';
import { type CommandResult, EXIT_OK, printed } from './result.ts';

/** `no`: what its exit code 1 says; null: it never ends with that. */
const help = (no: string | null, examples: string): string => `
Exit codes:
  0  ok${no === null ? '' : `\n  1  ${no}`}
  2  the command line is wrong, or the volume cannot be used

Examples:
${examples.replaceAll(/^/gm, '  ')}`;

const REFUSED = 'refused';

export function volumeCommands(): Command {
  const volume = new Command('volume').description('make, show and measure heartbeat volumes');
  const init = volume
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
    .option('--heartbeat-only', 'it carries heartbeats and no lease; not with --lease-of')
    .option('--force', 'overwrite what is there, if nobody writes it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      help(
        REFUSED,
        'vigil volume init /mnt/vigil-a/vigil.volume --cluster blue --slots 64\nvigil volume init /mnt/vigil-b/vigil.volume --cluster blue --slots 64 --heartbeat-only',
      ),
    )
    .action(async (path: string, options: InitFlags) => {
      if (options.heartbeatOnly === true && init.getOptionValueSource('leaseOf') === 'cli')
        init.error(
          'error: --heartbeat-only and --lease-of: a volume without a lease is none of the lease volumes; give one of the two',
        );
      const leaseVolumes = options.heartbeatOnly === true ? 0 : options.leaseOf === '3' ? 3 : 1;
      const { cluster, slots, force = false } = options;
      finish(await initVolume({ path, cluster, slots, leaseVolumes, force }), options);
    });
  volume
    .command('dump')
    .description('show superblock, seats, slots and incident cells, and who writes them')
    .argument('<path>', 'file or block device')
    .option('--json', 'print JSON')
    .addHelpText('after', help(null, 'vigil volume dump /mnt/vigil-a/vigil.volume'))
    .action(async (path: string, options: JsonFlag) => finish(await dumpVolume(path), options));
  volume
    .command('probe')
    .description('measure read and write latency; exit code 1 if the timings are not safe on it')
    .argument('<path>', 'file or block device')
    .option('--json', 'print JSON')
    .addHelpText('after', help('the timings are not safe', 'vigil volume probe /mnt/vigil-a/vigil.volume'))
    .action((path: string, options: JsonFlag) => finish(probeVolume(path), options));
  const free = volume
    .command('free')
    .description('free slot, seat and incident cells of a host that is gone for good, or a damaged slot')
    .argument('<path>', 'file or block device')
    .argument('[host]', 'name of the host')
    .addOption(
      new Option('--slot <number>', 'a slot that cannot be read and that nobody writes').argParser(
        slotNumber,
      ),
    )
    .option('--force', 'even if an incident of the host is not closed')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      help(
        REFUSED,
        'vigil volume free /mnt/vigil-a/vigil.volume h3\nvigil volume free /mnt/vigil-a/vigil.volume --slot 17',
      ),
    )
    .action(async (path: string, host: string | undefined, options: FreeFlags) => {
      const { slot, force = false } = options;
      if (host === undefined && slot === undefined)
        free.error("error: what is to be freed is missing: a host's name, or --slot with a number");
      if (host !== undefined && slot !== undefined)
        free.error('error: a host and --slot are two things; name one');
      if (slot !== undefined) finish(await freeDamagedSlot({ path, slot }), options);
      else if (host !== undefined) finish(await freePlaces({ path, host, force }), options);
    });
  return volume;
}

interface JsonFlag {
  readonly json?: boolean;
}

interface FreeFlags extends JsonFlag {
  readonly force?: boolean;
  readonly slot?: number;
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

function slotNumber(value: string): number {
  const slot = Number(value);
  if (/^\d+$/.test(value) && slot < MAX_SLOTS) return slot;
  throw new InvalidArgumentError(`a whole number from 0 to ${MAX_SLOTS - 1}`);
}

function finish(result: CommandResult, flags: JsonFlag): void {
  const out = result.exitCode === EXIT_OK || flags.json === true ? process.stdout : process.stderr;
  out.write(`${printed(result, flags.json === true)}\n`);
  process.exitCode = result.exitCode;
}
