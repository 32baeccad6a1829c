/** Power is lost in the middle of a write: of a slot, of a holder's seat, of one of the two records of an incident. */
import { between, type Drawn, type DrawFault, lengthMs, pick, some, type Step } from './fault.ts';
import type { Block } from '../volume.ts';

type OfHost = (host: string) => readonly Step[];

const BACK_MS = 20_000;

/** Beats write their slots at different moments; what the agent asks for is written to all volumes at once. */
function torn({ random, volumes }: Drawn, block: Block): OfHost {
  const names = some(random, volumes, block === 'slot' ? 1 : volumes.length);
  const backMs = lengthMs(random, BACK_MS, 600_000);
  return (host) => [
    ...names.map((volume): Step => ({ afterMs: 0, action: { do: 'volume-torn', volume, block, host } })),
    { afterMs: backMs, action: { do: 'power-on', hosts: [host] } },
    // What was never written is not torn later.
    ...names.map(
      (volume): Step => ({ afterMs: backMs, action: { do: 'volume', volume, how: 'heals', hosts: [host] } }),
    ),
  ];
}

const tornSlot: DrawFault = (drawn) => torn(drawn, 'slot')(pick(drawn.random, drawn.hosts));

const tornSeat: DrawFault = (drawn) => {
  const moment = pick(drawn.random, ['renewal', 'renewal', 'claim'] as const);
  return [{ afterMs: 0, moment, of: null, part: 'itself', steps: torn(drawn, 'seat') }];
};

/** Its master writes down what it does about a failed host. */
const tornCell: DrawFault = (drawn) => {
  const { random, hosts } = drawn;
  const victim = pick(random, hosts);
  const steps = torn(drawn, 'cell');
  const records = between(random, 0, 6);
  const nth = (left: number): Step => ({
    afterMs: 0,
    moment: 'record',
    of: null,
    part: 'itself',
    steps: (master) => (left > 0 ? [nth(left - 1)] : steps(master)),
  });
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [victim] } },
    nth(records),
    { afterMs: lengthMs(random, 60_000, 300_000), action: { do: 'power-on', hosts: [victim] } },
  ];
};

export const TORN_WRITES = { 'torn-slot': tornSlot, 'torn-seat': tornSeat, 'torn-cell': tornCell } as const;
