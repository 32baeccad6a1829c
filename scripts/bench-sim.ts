/**
 * How fast the simulated cluster runs: simulated seconds in one wall second, for clusters at rest, each given as
 * HOSTS/ELIGIBLE. Bundled and run by `make bench-sim`. On a machine with other work to do, the seconds per second of
 * processor time tell more.
 */
import { defaultHosts, DEFAULT_SETTINGS, type Cluster } from '../sim/cluster.ts';
import { World } from '../sim/world.ts';

/** Until a master is found and every host is online, and until the code is compiled. */
const SETTLE_MS = 60_000;
const WARM_UP_WALL_MS = 1_500;
const MEASURED_WALL_MS = 1_500;
const RUNS = 3;

const given = process.argv.slice(2);
for (const words of given.length > 0 ? given : ['32/5', '32/32', '100/5', '1000/5']) {
  const [hosts, eligible] = words.split('/').map(Number);
  if (hosts === undefined || eligible === undefined || !(hosts > 0) || !(eligible > 0)) {
    console.error(`HOSTS/ELIGIBLE, for example 32/5, not ${words}`);
    process.exit(2);
  }
  const world = atRest(hosts, eligible);
  run(world, WARM_UP_WALL_MS);
  const runs = Array.from({ length: RUNS }, () => run(world, MEASURED_WALL_MS));
  const wall = runs.map(({ simulatedMs, wallMs }) => simulatedMs / wallMs);
  const processor = runs.map(({ simulatedMs, processorMs }) => simulatedMs / processorMs);
  const memoryMib = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(
    `${words.padEnd(8)} ${median(wall)} simulated s per wall s, ${median(processor)} per processor s, ${memoryMib} MiB`,
  );
}

function atRest(hosts: number, eligible: number): World {
  const cluster: Cluster = {
    hosts: defaultHosts(hosts).map((host, n) => ({ ...host, eligible: n < eligible })),
    leaseVolumes: 1,
    settings: DEFAULT_SETTINGS,
    servers: [],
    groups: [],
    cold: false,
  };
  const world = new World(cluster);
  world.run(SETTLE_MS);
  const judgements = world.masters()[0]?.core?.master?.judgements;
  const online = [...(judgements?.values() ?? [])].filter(({ verdict }) => verdict === 'online').length;
  if (online !== hosts - 1) throw new Error(`${online} of ${hosts - 1} hosts online after ${SETTLE_MS} ms`);
  return world;
}

interface Run {
  readonly simulatedMs: number;
  readonly wallMs: number;
  readonly processorMs: number;
}

function run(world: World, forWallMs: number): Run {
  const begunMs = performance.now();
  const before = process.cpuUsage();
  const fromMs = world.clock.now;
  let wallMs = 0;
  while (wallMs < forWallMs) {
    world.run(1_000);
    wallMs = performance.now() - begunMs;
  }
  const { user, system } = process.cpuUsage(before);
  return { simulatedMs: world.clock.now - fromMs, wallMs, processorMs: (user + system) / 1_000 };
}

function median(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[sorted.length >>> 1] ?? 0)
    .toLocaleString('en')
    .padStart(7);
}
