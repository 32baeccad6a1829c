/**
 * Writes that dead beats have left on their way, landing where they hurt most: over the last renewal of a holder that
 * cannot renew again. Each lands once, however late.
 */
import { between, type DrawFault, oneIn, pick, type Drawn, type Step } from './fault.ts';

type OfHost = (host: string) => readonly Step[];

const BACK_MS = 2_000;

/** Its beats die with a write on its way, and are there again before the lease of their host runs out. */
const leavesWrite =
  (afterMs: number, backMs: number): OfHost =>
  (host) => [
    { afterMs, action: { do: 'kill', what: 'beats', hosts: [host], lateWriteMs: 'open' } },
    { afterMs: afterMs + backMs, action: { do: 'start', what: 'beats', hosts: [host] } },
  ];

/** The host holds on, and renews no more. */
function losesItsPath({ random, volumes }: Drawn): OfHost {
  const forMs = between(random, 3_000, 30_000);
  const how = pick(random, ['paused', 'hangs', 'fails'] as const);
  return (host) =>
    how === 'paused'
      ? [
          { afterMs: 2, action: { do: 'pause-agent', hosts: [host] } },
          { afterMs: forMs, action: { do: 'resume-agent', hosts: [host] } },
        ]
      : volumes.flatMap((volume): readonly Step[] => [
          { afterMs: 2, action: { do: 'volume', volume, how, hosts: [host] } },
          { afterMs: forMs, action: { do: 'volume', volume, how: 'heals', hosts: [host] } },
        ]);
}

/** The next renewals, so many, are covered as soon as they have landed; then something else happens. */
const covers =
  (writes: number, then: OfHost): OfHost =>
  (host) => [
    { afterMs: 1, action: { do: 'late-write-lands', hosts: [host] } },
    ...(writes > 1
      ? [
          {
            afterMs: 2,
            moment: 'renewal',
            of: host,
            part: 'itself',
            steps: covers(writes - 1, then),
          } as const,
        ]
      : then(host)),
  ];

/** A holder stands still nearly until its lease is over, goes on just in time, and that is never seen. */
const lateRenewals: DrawFault = (drawn) => {
  const { random } = drawn;
  const writes = between(random, 1, 3);
  const backMs = between(random, 100, 1_500);
  const restMs = writes * BACK_MS + between(random, 0, 20_000);
  const gapMs = oneIn(random, 4) ? 2 : between(random, 2, 5_900);
  const covered = covers(writes, losesItsPath(drawn));
  const standsStill: OfHost = (host) => [
    { afterMs: 1, action: { do: 'pause-agent', hosts: [host] } },
    { afterMs: gapMs, action: { do: 'resume-agent', hosts: [host] } },
    { afterMs: gapMs, moment: 'renewal', of: host, part: 'itself', steps: covered },
  ];
  const steps: OfHost = (host) => [
    ...Array.from({ length: writes }, (_, n) => leavesWrite(1 + n * BACK_MS, backMs)(host)).flat(),
    { afterMs: restMs, moment: 'renewal', of: host, part: 'itself', steps: standsStill },
  ];
  return [{ afterMs: 0, moment: 'renewal', of: null, part: 'itself', steps }];
};

/** A master gives the lease back and takes it again; what gave it back lands over that, and others have just started. */
const lateRelease: DrawFault = (drawn) => {
  const { random, hosts } = drawn;
  const backMs = between(random, 100, 1_500);
  const restMs = between(random, 0, 15_000);
  const startMs = between(random, 3, 2_500);
  const path = losesItsPath(drawn);
  const steps: OfHost = (host) => {
    const others = hosts.filter((name) => name !== host);
    const startAt = (afterMs: number): Step => ({
      afterMs,
      action: { do: 'start', what: 'agent', hosts: others },
    });
    const covered: OfHost = () => [
      { afterMs: 1, action: { do: 'late-write-lands', hosts: [host] } },
      ...path(host),
      startAt(startMs),
    ];
    const holds: OfHost = () => [
      { afterMs: restMs, moment: 'renewal', of: host, part: 'itself', steps: covered },
    ];
    return [
      { afterMs: 1, action: { do: 'kill', what: 'agent', hosts: others, lateWriteMs: null } },
      { afterMs: 500, action: { do: 'stop-agent', host, why: 'restart' } },
      ...leavesWrite(600, backMs)(host),
      { afterMs: 3_000, action: { do: 'start', what: 'agent', hosts: [host] } },
      { afterMs: 3_000, moment: 'new-master', of: host, part: 'itself', steps: holds },
      // Whatever became of that.
      startAt(60_000),
    ];
  };
  return [{ afterMs: 0, moment: 'renewal', of: null, part: 'itself', steps }];
};

/** Any write of a seat, landing at any moment of the lease. */
const lateSeat: DrawFault = (drawn) => {
  const { random } = drawn;
  const moments = ['claim', 'renewal', 'release', 'new-master'] as const;
  const left = pick(random, moments);
  const backMs = between(random, 100, 20_000);
  const restMs = between(random, 0, 60_000);
  const landsAt = pick(random, moments);
  const isOwn = oneIn(random, 2);
  const path = oneIn(random, 2) ? losesItsPath(drawn) : () => [];
  const steps: OfHost = (writer) => [
    ...leavesWrite(1, backMs)(writer),
    {
      afterMs: restMs,
      moment: landsAt,
      of: isOwn ? writer : null,
      part: 'itself',
      steps: (host) => [{ afterMs: 1, action: { do: 'late-write-lands', hosts: [writer] } }, ...path(host)],
    },
  ];
  return [{ afterMs: 0, moment: left, of: null, part: 'itself', steps }];
};

export const LATE_WRITES = {
  'late-renewals': lateRenewals,
  'late-release': lateRelease,
  'late-seat': lateSeat,
} as const;
