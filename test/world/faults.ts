/** Faults with their repairs, drawn from a seed. */
import type { Random } from '../../src/core/lib/random.ts';
import type { World } from './world.ts';

export interface Fault {
  readonly words: string;
  readonly begin: (world: World) => void;
  readonly end: (world: World) => void;
  readonly forMs: number;
}

type Draw = (random: Random, hosts: readonly string[]) => Fault;

const pick = <Value>(random: Random, values: readonly Value[]): Value => {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
};
const between = (random: Random, low: number, high: number): number => low + random.below(high - low + 1);
const volumeOf = (world: World, n: number) => {
  const volume = world.volumes[n];
  if (volume === undefined) throw new Error(`no volume ${n}`);
  return volume;
};

/** As an operator would: boots the host; nova-compute waits for the gate. */
export function bringBack(world: World, name: string): void {
  const host = world.host(name);
  if (!host.power) world.powerOn(name);
  const { boot } = host;
  const tryGate = (): void => {
    if (!host.power || host.boot !== boot || host.compute) return;
    world.ask(name, { ask: 'gate' }, (answer) => {
      if (answer.to === 'gate' && answer.open && host.power && host.boot === boot && !host.compute)
        world.startCompute(name);
    });
    world.clock.after(2_000, tryGate);
  };
  world.clock.after(5_000, tryGate);
}

const powerLoss: Draw = (random, hosts) => {
  const host = pick(random, hosts);
  const fast = random.below(3) === 0;
  return {
    words: `${host} loses power`,
    begin: (world) => world.powerOff(host),
    end: (world) => bringBack(world, host),
    forMs: fast ? between(random, 2_000, 20_000) : between(random, 30_000, 240_000),
  };
};

/** Dies in the middle of the next evacuation: its target, its source comes back, or the master goes. */
const duringEvacuation: Draw = (random, hosts) => {
  const victim = pick(random, hosts);
  const what = pick(random, ['target', 'return', 'master'] as const);
  const afterMs = between(random, 0, 6_000);
  const downed: string[] = [victim];
  let watching = true;
  return {
    words: `${victim} loses power; ${what} in the middle of its evacuation, after ${afterMs} ms`,
    begin: (world) => {
      const rowsBefore = world.nova.rows.length;
      world.powerOff(victim);
      const look = (): void => {
        const row = world.nova.rows[rowsBefore];
        if (row === undefined) {
          if (watching) world.clock.after(100, look);
          return;
        }
        world.clock.after(afterMs, () => {
          if (!watching) return;
          if (what === 'return') bringBack(world, victim);
          const other = what === 'target' ? row.target : (world.masters()[0]?.name ?? null);
          if (what === 'return' || other === null || other === victim) return;
          downed.push(other);
          world.powerOff(other);
        });
      };
      look();
    },
    end: (world) => {
      watching = false;
      for (const host of downed) bringBack(world, host);
    },
    forMs: between(random, 60_000, 240_000),
  };
};

const agentDies: Draw = (random, hosts) => {
  const host = pick(random, hosts);
  return {
    words: `the agent of ${host} dies`,
    begin: (world) => world.killAgent(host),
    end: (world) => {
      if (world.host(host).power && !world.host(host).agent) world.startAgent(host);
    },
    forMs: between(random, 500, 60_000),
  };
};

const agentStops: Draw = (random, hosts) => {
  const host = pick(random, hosts);
  return {
    words: `the agent of ${host} is stopped (SIGSTOP)`,
    begin: (world) => world.pauseAgent(host),
    end: (world) => world.resumeAgent(host),
    forMs: between(random, 1_500, 30_000),
  };
};

const beatsDie: Draw = (random, hosts) => {
  const host = pick(random, hosts);
  const lateMs = random.below(2) === 0 ? null : between(random, 100, 20_000);
  return {
    words: `the beats of ${host} die${lateMs === null ? '' : `, a write lands ${lateMs} ms later`}`,
    begin: (world) => world.killBeats(host, lateMs),
    end: (world) => {
      if (world.host(host).power && !world.host(host).beats) world.startBeats(host);
    },
    forMs: between(random, 1_000, 60_000),
  };
};

const partition: Draw = (random, hosts) => {
  const far = hosts.filter(() => random.below(3) === 0);
  const group = random.below(2) * 2;
  return {
    words: `${far.join(', ')} ${group === 0 ? 'are isolated' : 'are partitioned off'}`,
    begin: (world) => {
      for (const name of far) world.host(name).network = group;
    },
    end: (world) => {
      for (const name of far) world.host(name).network = 1;
    },
    forMs: between(random, 3_000, 120_000),
  };
};

const oneWay: Draw = (random, hosts) => {
  const from = pick(random, hosts);
  const pair = `${from}>${pick(
    random,
    hosts.filter((host) => host !== from),
  )}`;
  return {
    words: `${pair} is lost`,
    begin: (world) => world.network.oneWay.add(pair),
    end: (world) => world.network.oneWay.delete(pair),
    forMs: between(random, 5_000, 90_000),
  };
};

const badNetwork: Draw = (random) => {
  const percent = between(random, 5, 35);
  const delayMs = between(random, 0, 1_500);
  return {
    words: `the network loses ${percent} % and delays up to ${delayMs} ms`,
    begin: ({ network }) => Object.assign(network, { lossPercent: percent, delayMsMax: delayMs }),
    end: ({ network }) => Object.assign(network, { lossPercent: 0, delayMsMax: 0 }),
    forMs: between(random, 10_000, 90_000),
  };
};

const storage: Draw = (random, hosts) => {
  const n = random.below(2);
  const whose = random.below(4) === 0 ? hosts : [pick(random, hosts)];
  const how = random.below(2) === 0 ? 'hung' : 'failing';
  return {
    words: `volume ${n === 0 ? 'a' : 'b'} is ${how} on ${whose.join(', ')}`,
    begin: (world) => {
      for (const host of whose) volumeOf(world, n)[how].add(host);
    },
    end: (world) => {
      for (const host of whose)
        if (how === 'hung') volumeOf(world, n).unhang(host);
        else volumeOf(world, n).failing.delete(host);
    },
    forMs: between(random, 1_000, 60_000),
  };
};

/** The bet of the proof `silence` is lost by this one: a living host, silent on every path and in nova. */
const blackout: Draw = (random, hosts) => {
  const host = pick(random, hosts);
  return {
    words: `${host} lives, but network, volumes and nova-compute are silent`,
    begin: (world) => {
      world.host(host).network = 0;
      for (const volume of world.volumes) volume.hung.add(host);
    },
    end: (world) => {
      world.host(host).network = 1;
      for (const volume of world.volumes) volume.unhang(host);
    },
    forMs: between(random, 5_000, 60_000),
  };
};

const novaTrouble: Draw = (random) => {
  const what = pick(random, ['down', 'swallows', 'lags'] as const);
  const lagMs = between(random, 1_000, 90_000);
  return {
    words: `nova ${what}${what === 'lags' ? ` up to ${lagMs} ms` : ''}`,
    begin: ({ nova }) => {
      if (what === 'down') nova.up = false;
      else if (what === 'swallows') nova.swallow = true;
      else nova.lagMsMax = lagMs;
    },
    end: ({ nova }) => Object.assign(nova, { up: true, swallow: false, lagMsMax: 0 }),
    forMs: between(random, 5_000, 90_000),
  };
};

const DRAWS: readonly Draw[] = [
  powerLoss,
  powerLoss,
  powerLoss,
  duringEvacuation,
  duringEvacuation,
  agentDies,
  agentStops,
  agentStops,
  beatsDie,
  partition,
  oneWay,
  badNetwork,
  storage,
  storage,
  blackout,
  novaTrouble,
];

export interface Step {
  readonly atMs: number;
  readonly fault: Fault;
}

/** Some faults within three minutes, overlapping as they like. */
export function drawScript(random: Random, hosts: readonly string[]): readonly Step[] {
  const count = 1 + random.below(4);
  return Array.from({ length: count }, () => ({
    atMs: random.below(180_000),
    fault: pick(random, DRAWS)(random, hosts),
  })).sort((a, b) => a.atMs - b.atMs);
}
