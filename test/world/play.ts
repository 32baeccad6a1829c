/** One little cluster with faults drawn from a seed, played until it is at rest again. */
import { createRandom } from '../../src/core/lib/random.ts';
import { Checker } from './checker.ts';
import { bringBack, drawScript } from './faults.ts';
import { reportTroubles } from './report-order.ts';
import { World } from './world.ts';

/** For a cluster to come to rest once everything is repaired: a row that stands still, a person, the slowest rounds. */
const REST_MS = 900_000;

export interface Ended {
  readonly world: World;
  readonly broken: readonly string[];
  readonly betsLost: number;
  readonly evacuations: number;
  readonly story: readonly string[];
}

export function play(seed: number): Ended {
  const random = createRandom(seed);
  const hosts = 3 + random.below(5);
  const world = new World({
    hosts,
    seed,
    proofs: ['silence', 'reboot'],
    isolationAddresses: ['icmp:10.0.0.254'],
    leaseVolumes: seed % 3 === 0 ? 3 : 1,
  });
  const checker = new Checker(world);
  const names = [...world.hosts.keys()];
  const vms = 1 + random.below(2 * hosts);
  for (let n = 0; n < vms; n += 1) world.nova.addServer(`vm${n}`, names[random.below(hosts)] ?? 'h1');
  world.run(25_000);
  const begunMs = world.clock.now;
  const script = drawScript(random, names);
  const story: string[] = [];
  let lastMs = 0;
  for (const { atMs, fault } of script) {
    lastMs = Math.max(lastMs, atMs + fault.forMs);
    world.clock.after(atMs, () => {
      story.push(`${world.clock.now}: ${fault.words}`);
      fault.begin(world);
    });
    world.clock.after(atMs + fault.forMs, () => {
      story.push(`${world.clock.now}: end of: ${fault.words}`);
      fault.end(world);
    });
  }
  world.clock.runUntil(begunMs + lastMs + 1);
  const atRest = (): boolean => restTroubles(world).length === 0;
  for (let waitedMs = 0; waitedMs < REST_MS && !atRest(); waitedMs += 5_000) {
    world.run(5_000);
    if (waitedMs % 60_000 === 55_000) operate(world);
  }
  world.run(15_000);
  const broken = [...checker.broken, ...restTroubles(world), ...reportTroubles(world)];
  return { world, broken, betsLost: checker.betsLost.length, evacuations: world.nova.rows.length, story };
}

/** What only a person may decide: to give up an evacuation that was cut off, to reboot a host on which the bet was lost. */
function operate(world: World): void {
  for (const [host, { hold, vms }] of world.masters()[0]?.core?.master?.incidents ?? []) {
    for (const { vm, reason, target } of vms.values()) {
      if (reason?.includes('openstack server set --state active') === true) world.nova.resetState(vm);
      const other = [...world.hosts.keys()].find((name) => name !== host && name !== target) ?? '';
      if (reason?.includes('pre-migrating for long') === true)
        world.nova.perform({ call: 'evacuate', vm, target: other });
    }
    if (hold?.code !== 'life-after-failed') continue;
    world.powerOff(host);
    bringBack(world, host);
  }
}

/** Liveness: after every repair each VM runs, each host is online, and nothing is open. */
function restTroubles(world: World): readonly string[] {
  const masters = world.masters();
  if (masters.length !== 1) return [`${masters.length} masters`];
  const status = masters[0]?.core?.master;
  const nowhere = [...world.running].filter(([vm, places]) => {
    // One that nova itself has set to ERROR when its host came back in the middle is left to a person.
    return places.size === 0 && world.nova.servers.get(vm)?.vmState !== 'error';
  });
  return [
    ...nowhere.map(([vm]) => `${vm} runs nowhere: ${JSON.stringify(world.nova.servers.get(vm))}`),
    ...[...(status?.incidents ?? [])].map(
      ([host, { record, hold }]) =>
        `the incident of ${host} is ${record.phase}: ${hold?.words ?? 'not held'}`,
    ),
    ...[...(status?.judgements ?? [])]
      .filter(([, { verdict }]) => verdict !== 'online')
      .map(([host, { verdict }]) => `${host} is ${verdict}`),
  ];
}
