/** A simulated heartbeat volume: blocks with one writer each, and what each host can reach of it. */
import type { CellObservation, SeatObservation, SlotObservation } from '../src/core/wire/observations.ts';
import type { BlockHeader, IncidentRecord, SeatBody } from '../src/core/wire/records.ts';
import type { SimHost } from './host.ts';
import { type Contents, halfWritten, torn, Unchecked, withNewer } from './volume-views.ts';

export type Slot = Extract<SlotObservation, { readonly state: 'read' }>;
export type Seat = Extract<SeatObservation, { readonly state: 'read' }>;

/** The next write of which is torn. */
export type Block = 'slot' | 'seat' | 'cell';

/** Of a host that has found no slot free. */
export const NO_PLACE = -1;

/** A beat does one thing after the other: what is not begun waits behind a system call that hangs. */
type Access = (isBegun: boolean) => void;

type Reader = Pick<SimHost, 'name' | 'spec'>;

/** Of what a beat that dies would have written next. */
export interface LastWrites {
  readonly slot: BlockHeader;
  /** Null: it has never written one. */
  readonly words: SlotWords | null;
  readonly seat: BlockHeader;
}

/** What an agent says in its slot; the beat writes it with a header of its own. */
export type SlotWords = Pick<Slot, 'body' | 'bodyBoot'>;

export function slotWith(volume: SimVolume, host: string, header: BlockHeader, words: SlotWords): Slot {
  const { body, bodyBoot } = words;
  return { state: 'read', index: volume.index(host), host, header, body, bodyBoot, authentic: true };
}

export class SimVolume implements Contents {
  readonly slotOf = new Map<string, Slot>();
  readonly seatOf = new Map<string, Seat>();
  private readonly cellOf = new Map<string, CellObservation>();
  private readonly places = new Map<string, number>();
  private lists: { slots: readonly SlotObservation[] | null; seats: readonly SeatObservation[] | null } = {
    slots: null,
    seats: null,
  };

  /** Hosts whose access hangs. */
  readonly hung = new Set<string>();
  /** Hosts whose every access fails with an error. */
  readonly failing = new Set<string>();
  /** Hosts that read half-written blocks. */
  readonly tearing = new Set<string>();
  /** Hosts that read what was there when their cache broke. */
  readonly stale = new Map<string, Contents>();
  /** By host: how much longer each access takes. */
  readonly slowMs = new Map<string, number>();
  /** By host: how much longer a write of its seat takes. */
  readonly slowSeatMs = new Map<string, number>();
  /** By host: the block in whose next write it loses power. */
  readonly tearsNext = new Map<string, Block>();
  private readonly tornSlots = new Map<string, SlotObservation>();
  private readonly tornSeats = new Map<string, SeatObservation>();
  /** By host: what its beat was asked to write to its seat and has not written yet. */
  readonly seatAsked = new Map<string, SeatBody>();
  /** By host: what its dead beats have left on its way, oldest first. Each lands once, at any time or never. */
  private readonly left = new Map<string, (() => void)[]>();
  /** What a hung host asked for meanwhile, until the volume answers again. */
  private waiting: { readonly host: string; readonly isBegun: boolean; readonly run: Access }[] = [];

  readonly name: string;
  /** Another one each time that it is made anew. */
  uuid: string;
  readonly lease: boolean;
  /** Made by a newer Vigil: no beat here can use it. */
  isBeyondUs = false;
  private made = 1;

  /** What it was made with; places of hosts that were freed are given again. */
  private readonly slotsMax: number;
  private readonly freed: number[] = [];

  /** Hosts that write a format which the others do not understand. */
  private readonly newer: ReadonlySet<string>;
  /** By cell: the master that wrote it. */
  private readonly cellBy = new Map<string, string>();

  constructor(name: string, lease: boolean, slotsMax = Infinity, newer: ReadonlySet<string> = new Set()) {
    this.slotsMax = slotsMax;
    this.newer = newer;
    this.name = name;
    this.uuid = `uuid-${name}`;
    this.lease = lease;
  }

  index(host: string): number {
    const known = this.places.get(host);
    if (known !== undefined) return known;
    if (!this.hasRoomFor(host)) return NO_PLACE;
    const place = this.freed.shift() ?? this.places.size;
    this.places.set(host, place);
    return place;
  }

  has(host: string): boolean {
    return this.places.has(host);
  }

  /** It has a slot, or finds one free. */
  hasRoomFor(host: string): boolean {
    return this.places.has(host) || this.places.size < this.slotsMax;
  }

  hasIncidentOf(host: string): boolean {
    const place = this.places.get(host);
    return this.cells.some(
      (cell) => cell.slot === place && cell.state === 'read' && cell.body.phase !== 'closed',
    );
  }

  /** Slot, seat and cells of the host, as if it had never been. */
  free(host: string): void {
    const place = this.places.get(host);
    if (place === undefined) return;
    this.places.delete(host);
    this.freed.push(place);
    for (const which of [0, 1]) this.cellOf.delete(`${place}/${which}`);
    for (const blocks of [this.slotOf, this.tornSlots, this.seatOf, this.tornSeats]) blocks.delete(host);
    this.lists = { slots: null, seats: null };
  }

  /** Runs now, or when the host's access stops hanging. */
  access(host: string, run: Access): void {
    if (!this.hung.has(host)) {
      run(true);
      return;
    }
    const isBegun = !this.waiting.some((access) => access.host === host);
    this.waiting.push({ host, isBegun, run });
  }

  unhang(host: string): void {
    if (!this.hung.delete(host)) return;
    const due = this.waiting.filter((access) => access.host === host);
    this.waiting = this.waiting.filter((access) => access.host !== host);
    for (const { isBegun, run } of due) run(isBegun);
  }

  /** The beat of the host is gone, and with it what it waited for. */
  drop(host: string): void {
    this.seatAsked.delete(host);
    if (this.waiting.length > 0) this.waiting = this.waiting.filter((access) => access.host !== host);
  }

  heal(host: string): void {
    this.failing.delete(host);
    this.tearing.delete(host);
    this.stale.delete(host);
    this.slowMs.delete(host);
    this.slowSeatMs.delete(host);
    this.tearsNext.delete(host);
    this.unhang(host);
  }

  writeSlot(slot: Slot): void {
    this.slotOf.set(slot.host, slot);
    this.tornSlots.delete(slot.host);
    this.lists.slots = null;
  }

  writeSeat(seat: Seat): void {
    this.seatOf.set(seat.host, seat);
    this.tornSeats.delete(seat.host);
    this.lists.seats = null;
  }

  writeCell(slot: number, which: 0 | 1, body: IncidentRecord, by: string): void {
    this.cellBy.set(`${slot}/${which}`, by);
    const index = 2 * slot + which;
    const counter = body.sequence;
    this.cellOf.set(`${slot}/${which}`, {
      state: 'read',
      index,
      slot,
      which,
      host: body.victim,
      header: { kind: 'cell', owner: '', boot: '', incarnation: 1, counter, agentSilentMs: 0, given: true },
      body,
      bodyBoot: '',
      authentic: true,
    });
  }

  tearSlot(host: string, header: BlockHeader): void {
    this.slotOf.delete(host);
    this.tornSlots.set(host, torn({ index: this.index(host), host, header }));
    this.lists.slots = null;
  }

  tearSeat(host: string, header: BlockHeader): void {
    this.seatOf.delete(host);
    this.tornSeats.set(host, torn({ index: this.index(host), host, header }));
    this.lists.seats = null;
  }

  tearCell(slot: number, which: 0 | 1, host: string): void {
    this.cellOf.set(`${slot}/${which}`, { ...torn({ index: 2 * slot + which, host }), slot, which });
  }

  get slots(): readonly SlotObservation[] {
    this.lists.slots ??= [...this.slotOf.values(), ...this.tornSlots.values()];
    return this.lists.slots;
  }

  get seats(): readonly SeatObservation[] {
    this.lists.seats ??= [...this.seatOf.values(), ...this.tornSeats.values()];
    return this.lists.seats;
  }

  get cells(): readonly CellObservation[] {
    return [...this.cellOf.values()];
  }

  /** What the host reads; one that is not eligible has no key to check it with. */
  read({ name, spec }: Reader): Contents {
    const contents = this.stale.get(name) ?? this;
    if (this.tearing.has(name)) return halfWritten(contents);
    const { newer } = this;
    const understood = newer.size === 0 || newer.has(name) ? contents : withNewer(contents, this.isNewer);
    return spec.eligible ? understood : new Unchecked(understood);
  }

  private readonly isNewer = (block: SlotObservation | SeatObservation | CellObservation): boolean => {
    const by = 'which' in block ? this.cellBy.get(`${block.slot}/${block.which}`) : block.host;
    return by !== undefined && by !== null && this.newer.has(by);
  };

  /** `vigil volume init` has made it anew: nothing stands there any more. */
  remake(isBeyondUs: boolean): void {
    this.made += 1;
    this.uuid = `uuid-${this.name}-${this.made}`;
    this.isBeyondUs = isBeyondUs;
    for (const map of [
      this.slotOf,
      this.tornSlots,
      this.seatOf,
      this.tornSeats,
      this.cellOf,
      this.places,
      this.left,
    ])
      map.clear();
    this.freed.length = 0;
    this.lists = { slots: null, seats: null };
  }

  /** From now on the host reads what is there now. */
  freeze(host: string): void {
    const { slots, seats, cells } = this;
    this.stale.set(host, { slots, seats, cells });
  }

  /**
   * A write of the host's beat that was on its way when the beat was killed; it lands when called. Of the seat it is what
   * the beat was asked for, if anything, else what it has written there, once more.
   */
  writeOnItsWay(host: string, last: LastWrites): () => void {
    const slot = last.words && this.has(host) ? slotWith(this, host, last.slot, last.words) : null;
    const landSeat = this.seatOnItsWay(host, last);
    return () => {
      if (slot !== null) this.writeSlot(slot);
      landSeat?.();
    };
  }

  private seatOnItsWay(host: string, last: LastWrites): (() => void) | null {
    const seat = this.seatOf.get(host);
    if (seat === undefined) return null;
    const isItsOwn = seat.header.incarnation === last.seat.incarnation;
    const body = this.seatAsked.get(host) ?? (isItsOwn ? seat.body : null);
    return body && (() => this.writeSeat({ ...seat, header: last.seat, body }));
  }

  /** The beat's last write, of its seat if it has one, lands when {@link landLateWrite} is called, if ever. */
  leaveOnItsWay(host: string, last: LastWrites): void {
    const land = this.seatOnItsWay(host, last) ?? this.writeOnItsWay(host, last);
    const left = this.left.get(host);
    if (left === undefined) this.left.set(host, [land]);
    else left.push(land);
  }

  /** False: nothing is on its way. */
  landLateWrite(host: string): boolean {
    const land = this.left.get(host)?.shift();
    land?.();
    return land !== undefined;
  }
}
