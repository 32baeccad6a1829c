/** What is read of a volume, and how it looks to whoever reads it badly, cannot check it, or does not understand it. */
import type { SimHost } from './host.ts';
import type { SimVolume } from './volume.ts';
import type { World } from './world.ts';
import type {
  CellObservation,
  DamageReason,
  SeatObservation,
  SlotObservation,
} from '../src/core/wire/observations.ts';
import type { BlockHeader } from '../src/core/wire/records.ts';

/** All that can be read of a volume at one moment. Lists are made anew when something was written, else the same. */
export interface Contents {
  readonly slots: readonly SlotObservation[];
  readonly seats: readonly SeatObservation[];
  readonly cells: readonly CellObservation[];
}

/** By list: the same blocks as they are to whoever cannot check them. */
const uncheckedLists = new WeakMap<readonly unknown[], readonly unknown[]>();

function unchecked<Block extends SlotObservation | SeatObservation | CellObservation>(
  blocks: readonly Block[],
): readonly Block[] {
  const known = uncheckedLists.get(blocks);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of these very blocks
  if (known !== undefined) return known as readonly Block[];
  const made = blocks.map((block) => (block.state === 'read' ? { ...block, authentic: false } : block));
  uncheckedLists.set(blocks, made);
  return made;
}

/** Most readers want the seats alone. */
export class Unchecked implements Contents {
  private readonly contents: Contents;

  constructor(contents: Contents) {
    this.contents = contents;
  }

  get slots(): readonly SlotObservation[] {
    return unchecked(this.contents.slots);
  }

  get seats(): readonly SeatObservation[] {
    return unchecked(this.contents.seats);
  }

  get cells(): readonly CellObservation[] {
    return unchecked(this.contents.cells);
  }
}

/** A block that is not understood, but for its header. */
type Illegible = Extract<SlotObservation | SeatObservation, { readonly state: 'damaged' }>;
type Seen = { readonly index: number; readonly host: string | null; readonly header?: BlockHeader };

const illegible =
  (reason: DamageReason) =>
  ({ index, host, header }: Seen): Illegible => ({
    state: 'damaged',
    reason,
    index,
    host,
    ...(header === undefined ? {} : { header }),
  });

export const torn = illegible({ code: 'torn' });
const beyond = illegible({ code: 'newer-format', format: 2 });

export function halfWritten({ slots, seats, cells }: Contents): Contents {
  return {
    slots: slots.map(torn),
    seats: seats.map(torn),
    cells: cells.map((cell) => ({ ...torn(cell), slot: cell.slot, which: cell.which })),
  };
}

type Block = SlotObservation | SeatObservation | CellObservation;

/** Of the blocks of newer hosts nothing but the headers is understood. */
export function withNewer({ slots, seats, cells }: Contents, isNewer: (block: Block) => boolean): Contents {
  return {
    slots: slots.map((slot) => (isNewer(slot) ? beyond(slot) : slot)),
    seats: seats.map((seat) => (isNewer(seat) ? beyond(seat) : seat)),
    cells: cells.map((cell) =>
      isNewer(cell) ? { ...beyond(cell), slot: cell.slot, which: cell.which } : cell,
    ),
  };
}

/** Of a read that takes its time: what is there now, or null, where it shows what is there when it ends. */
export function beginRead(
  { random }: Pick<World, 'random'>,
  host: SimHost,
  volume: SimVolume,
  slowMs: number,
): Contents | null {
  if ((slowMs === 0 && !volume.hung.has(host.name)) || random.below(2) === 0) return null;
  const { slots, seats, cells } = volume.read(host);
  return { slots, seats, cells };
}
