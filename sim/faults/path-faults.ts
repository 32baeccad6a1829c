/** Network and volumes. */
import { between, type DrawFault, fromTo, lengthMs, oneIn, pick, some, type Step } from './fault.ts';

const isolation: DrawFault = ({ random, hosts }) => {
  const names = some(random, hosts, 2);
  return fromTo({ do: 'cut', hosts: names }, lengthMs(random, 2_000, 240_000), { do: 'heal', hosts: names });
};

const partition: DrawFault = ({ random, hosts }) => {
  const far = hosts.filter(() => oneIn(random, 2));
  const third = far.filter(() => oneIn(random, 3));
  const near = hosts.filter((name) => !far.includes(name));
  // The first side is that of nova, and a scenario cannot say that nobody is on it.
  if (near.length === 0) return [];
  const sides = [near, far.filter((name) => !third.includes(name)), third];
  return fromTo({ do: 'split', sides }, lengthMs(random, 2_000, 240_000), { do: 'heal', hosts });
};

/** Only the end of all losses ends one: as with a cable, the whole network is looked after. */
const lostPairs: DrawFault = ({ random, hosts }) => {
  const from = pick(random, hosts);
  const bothWays = oneIn(random, 2);
  const steps: Step[] = some(
    random,
    hosts.filter((name) => name !== from),
    hosts.length,
  ).map((to) => ({ afterMs: 0, action: { do: 'lose', from, to, bothWays } }));
  return [...steps, { afterMs: lengthMs(random, 2_000, 120_000), action: { do: 'heal-network' } }];
};

const badNetwork: DrawFault = ({ random }) =>
  fromTo(
    {
      do: 'datagrams',
      lossPercent: random.below(60),
      delayMsMax: random.below(3_000),
      duplicatePercent: random.below(30),
    },
    lengthMs(random, 5_000, 180_000),
    { do: 'datagrams', lossPercent: 0, delayMsMax: 0, duplicatePercent: 0 },
  );

const isolationAddress: DrawFault = ({ random }) =>
  fromTo({ do: 'isolation-address', alive: false }, lengthMs(random, 5_000, 180_000), {
    do: 'isolation-address',
    alive: true,
  });

const volumeTrouble =
  (how: 'hangs' | 'fails' | 'tears' | 'stale', shortMs: number): DrawFault =>
  ({ random, hosts, volumes }) => {
    const volume = pick(random, volumes);
    const names = oneIn(random, 3) ? hosts : some(random, hosts, hosts.length);
    return fromTo({ do: 'volume', volume, how, hosts: names }, lengthMs(random, shortMs, 90_000), {
      do: 'volume',
      volume,
      how: 'heals',
      hosts: names,
    });
  };

const slowVolume: DrawFault = ({ random, hosts, volumes }) => {
  const volume = pick(random, volumes);
  const names = oneIn(random, 2) ? hosts : some(random, hosts, hosts.length);
  return fromTo(
    { do: 'volume-slow', volume, hosts: names, byMs: between(random, 50, 9_000) },
    lengthMs(random, 3_000, 120_000),
    { do: 'volume', volume, how: 'heals', hosts: names },
  );
};

/** The bet of the proof `silence` is lost by this one: living hosts, silent on every path and in nova. */
const blackout: DrawFault = ({ random, hosts, volumes }) => {
  const host = pick(random, hosts);
  const forMs = lengthMs(random, 3_000, 90_000);
  const hang: readonly Step[] = volumes.flatMap((volume) =>
    fromTo({ do: 'volume', volume, how: 'hangs', hosts: [host] }, forMs, {
      do: 'volume',
      volume,
      how: 'heals',
      hosts: [host],
    }),
  );
  return [...fromTo({ do: 'cut', hosts: [host] }, forMs, { do: 'heal', hosts: [host] }), ...hang];
};

export const PATH_FAULTS = {
  isolation,
  partition,
  'lost-pairs': lostPairs,
  'bad-network': badNetwork,
  'isolation-address-dies': isolationAddress,
  'volume-hangs': volumeTrouble('hangs', 1_000),
  'volume-fails': volumeTrouble('fails', 1_000),
  'volume-tears': volumeTrouble('tears', 1_000),
  'volume-stale': volumeTrouble('stale', 1_000),
  'volume-slow': slowVolume,
  blackout,
} as const;
