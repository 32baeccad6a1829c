/**
 * How fast the simulated cluster runs: simulated seconds in one wall second, and in one second of processor time, which
 * tells more on a machine with other work to do. Bundled and run by `make bench-sim`.
 */
import { parseArgs } from 'node:util';
import { watch } from '../sim/checkers/watch.ts';
import { type Cluster, DEFAULT_SERVER, DEFAULT_SETTINGS, defaultHosts } from '../sim/cluster.ts';
import { drawRun } from '../sim/run/draw-run.ts';
import { playRun } from '../sim/run/play-run.ts';
import { HOSTS_MAX } from '../sim/scenario/limits.ts';
import { World } from '../sim/world.ts';

/** Until a master is found and every host is online, and until the code is compiled. */
const SETTLE_MS = 60_000;
const WARM_UP_WALL_MS = 1_500;
const MEASURED_WALL_MS = 1_500;
const RUNS = 3;
/** Some draw three faults, some five hundred. */
const SEEDS = 8;
const FAULTS_MS = 3_600_000;
const VMS_PER_HOST = '3';
const USAGE = `make bench-sim ARGS='[--vms COUNT] [--checkers | --faults] [HOSTS/ELIGIBLE…]'
  HOSTS/ELIGIBLE  a cluster at rest, for example 32/5
  --vms COUNT     on each host, ${VMS_PER_HOST} if nothing else is said
  --checkers      all of them watch
  --faults        not at rest: ${SEEDS} random runs of an hour of faults, each drawing its own cluster of HOSTS, watched`;

const rounded = (value: number): string => Math.round(value).toLocaleString('en').padStart(6);

const { positionals, values } = readArgs();
const vmsPerHost = Number(values.vms);
if (!Number.isSafeInteger(vmsPerHost) || vmsPerHost < 0) refuse(`--vms ${values.vms}`);
const wanted = positionals.length > 0 ? positionals : ['32/5', '32/32', '100/5', '1000/5'];
for (const words of wanted) {
  const [hosts, eligible] = words.split('/').map(Number);
  if (hosts === undefined || eligible === undefined || !(hosts > 0) || !(eligible > 0)) refuse(words);
  if (hosts > HOSTS_MAX || eligible > hosts)
    refuse(`${words}: at most ${HOSTS_MAX} hosts, all of them eligible`);
  const runs = values.faults ? withFaults(hosts) : atRest(hosts, eligible);
  const wall = runs.map(({ simulatedMs, wallMs }) => simulatedMs / wallMs);
  const processor = runs.map(({ simulatedMs, processorMs }) => simulatedMs / processorMs);
  const memoryMib = Math.round(process.memoryUsage().rss / 2 ** 20);
  const what = values.faults
    ? 'an hour of faults, checkers'
    : `at rest, ${hosts * vmsPerHost} VMs${values.checkers ? ', checkers' : ''}`;
  const perProcessor = `${median(processor)} per processor s, slowest ${rounded(Math.min(...processor))}`;
  console.log(
    `${words.padEnd(8)} ${what.padEnd(28)} ${median(wall)} simulated s per wall s, ${perProcessor}; ${memoryMib} MiB`,
  );
}

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        vms: { type: 'string', default: VMS_PER_HOST },
        checkers: { type: 'boolean', default: false },
        faults: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(words: string): never {
  console.error(`not understood: ${words}\n${USAGE}`);
  process.exit(2);
}

interface Run {
  readonly simulatedMs: number;
  readonly wallMs: number;
  readonly processorMs: number;
}

/** What `play` simulates, and what that takes. */
function measured(play: () => number): Run {
  const begunMs = performance.now();
  const before = process.cpuUsage();
  const simulatedMs = play();
  const { user, system } = process.cpuUsage(before);
  return { simulatedMs, wallMs: performance.now() - begunMs, processorMs: (user + system) / 1_000 };
}

function atRest(hosts: number, eligible: number): readonly Run[] {
  const specs = defaultHosts(hosts).map((host, n) => ({ ...host, eligible: n < eligible }));
  const cluster: Cluster = {
    hosts: specs,
    leaseVolumes: 1,
    settings: DEFAULT_SETTINGS,
    servers: specs.flatMap(({ name }, n) =>
      Array.from({ length: vmsPerHost }, (_, m) => ({
        ...DEFAULT_SERVER,
        vm: `vm${n * vmsPerHost + m + 1}`,
        host: name,
      })),
    ),
    groups: [],
    cold: false,
  };
  const world = new World(cluster);
  const watched = values.checkers ? watch(world) : null;
  world.run(SETTLE_MS);
  const judgements = world.masters()[0]?.core?.master?.judgements;
  const online = [...(judgements?.values() ?? [])].filter(({ verdict }) => verdict === 'online').length;
  if (online !== hosts - 1) throw new Error(`${online} of ${hosts - 1} hosts online after ${SETTLE_MS} ms`);
  const runFor = (wallMs: number): number => {
    const untilMs = performance.now() + wallMs;
    const fromMs = world.clock.now;
    while (performance.now() < untilMs) world.run(1_000);
    return world.clock.now - fromMs;
  };
  runFor(WARM_UP_WALL_MS);
  const runs = Array.from({ length: RUNS }, () => measured(() => runFor(MEASURED_WALL_MS)));
  const [broken] = watched?.violations ?? [];
  if (broken !== undefined) throw new Error(`${broken.checker}: ${broken.words}`);
  return runs;
}

/** Settled, played until they are at rest again; the seeds are always the same. */
function withFaults(hosts: number): readonly Run[] {
  return Array.from({ length: SEEDS }, (_, n) =>
    measured(() => {
      const { simulatedMs, violations } = playRun(drawRun(n + 1, { hosts, faultsMs: FAULTS_MS }));
      if (violations.length > 0) throw new Error(`seed ${n + 1} breaks a promise, and ends with that`);
      return simulatedMs;
    }),
  );
}

function median(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return rounded(sorted[sorted.length >>> 1] ?? 0);
}
