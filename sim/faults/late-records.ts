/** The storage hangs for a master between two writes of its incidents' records, and lets them go over its successor's. */
import { between, type DrawFault, lengthMs, oneIn, pick, some, type Step } from './fault.ts';

/** Of one incident without a fault, on three volumes. */
const RECORD_WRITES = 24;

const lateRecord: DrawFault = ({ random, hosts, volumes }) => {
  const victim = pick(random, hosts);
  const gone = some(random, volumes, volumes.length);
  const afterMs = between(random, 0, 8);
  const forMs = lengthMs(random, 5_000, 120_000);
  const steps = (master: string): readonly Step[] =>
    gone.flatMap((volume): readonly Step[] => [
      { afterMs, action: { do: 'volume', volume, how: 'hangs', hosts: [master] } },
      { afterMs: afterMs + forMs, action: { do: 'volume', volume, how: 'heals', hosts: [master] } },
    ]);
  const nth = (left: number): Step => ({
    afterMs: 0,
    moment: 'record',
    of: null,
    part: 'itself',
    steps: (master) => (left > 0 ? [nth(left - 1)] : steps(master)),
  });
  // One that goes on shows what was written about it last; one without power is evacuated to the end.
  const [begin, end] = oneIn(random, 2)
    ? (['freeze', 'thaw'] as const)
    : (['power-off', 'power-on'] as const);
  return [
    { afterMs: 0, action: { do: begin, hosts: [victim] } },
    nth(between(random, 0, RECORD_WRITES)),
    { afterMs: lengthMs(random, 12_000, 240_000), action: { do: end, hosts: [victim] } },
  ];
};

export const LATE_RECORDS = { 'late-record': lateRecord } as const;
