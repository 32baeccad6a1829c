/** A heartbeat volume in memory: blocks with one writer each, and what each host can reach of it. */
import type { CellObservation, SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import type { BlockHeader, IncidentRecord, SeatBody, SlotBody } from '../../src/core/wire/records.ts';

interface Block<Body> {
  readonly header: BlockHeader;
  readonly body: Body;
  readonly bodyBoot: string;
}

export class WorldVolume {
  readonly slots = new Map<string, Block<SlotBody>>();
  readonly seats = new Map<string, Block<SeatBody>>();
  readonly cells = new Map<string, IncidentRecord>();
  private readonly order: string[] = [];
  /** Hosts whose access hangs. */
  readonly hung = new Set<string>();
  /** Hosts whose every access fails with an error. */
  readonly failing = new Set<string>();
  /** By host: how much longer a write of its seat takes. */
  readonly slowSeatMs = new Map<string, number>();
  /** What a hung host asked for meanwhile: done when the volume answers again, as a hung system call is. */
  private readonly waiting: { readonly host: string; readonly run: () => void }[] = [];

  readonly name: string;
  readonly uuid: string;
  readonly lease: boolean;

  constructor(name: string, uuid: string, lease: boolean) {
    this.name = name;
    this.uuid = uuid;
    this.lease = lease;
  }

  index(host: string): number {
    if (!this.order.includes(host)) this.order.push(host);
    return this.order.indexOf(host);
  }

  /** Runs now, or when the host's access stops hanging. */
  access(host: string, run: () => void): void {
    if (this.hung.has(host)) this.waiting.push({ host, run });
    else run();
  }

  unhang(host: string): void {
    this.hung.delete(host);
    const due = this.waiting.filter((access) => access.host === host);
    this.drop(host);
    for (const { run } of due) run();
  }

  /** The beat of the host is gone, and with it what it waited for. */
  drop(host: string): void {
    for (let n = this.waiting.length - 1; n >= 0; n -= 1)
      if (this.waiting[n]?.host === host) this.waiting.splice(n, 1);
  }

  /** A write of the host's beat that was on its way when the beat was killed; it lands when `land` is called. */
  writeOnItsWay(host: string): { readonly land: () => void } {
    const slot = this.slots.get(host);
    const seat = this.seats.get(host);
    const next = <Body>({ header, ...rest }: Block<Body>): Block<Body> => ({
      ...rest,
      header: { ...header, counter: header.counter + 1 },
    });
    return {
      land: () => {
        if (slot !== undefined) this.slots.set(host, next(slot));
        if (seat !== undefined) this.seats.set(host, next(seat));
      },
    };
  }

  readSlots(): readonly SlotObservation[] {
    return [...this.slots].map(([host, block]) => this.show(host, block));
  }

  readSeats(): readonly SeatObservation[] {
    return [...this.seats].map(([host, block]) => this.show(host, block));
  }

  readCells(): readonly CellObservation[] {
    return [...this.cells].map(([place, body]) => {
      const [slot, which] = place.split('/').map(Number);
      return {
        state: 'read',
        index: 2 * (slot ?? 0) + (which ?? 0),
        slot: slot ?? 0,
        which: which === 1 ? 1 : 0,
        host: body.victim,
        header: {
          kind: 'cell',
          owner: '',
          boot: '',
          incarnation: 1,
          counter: body.sequence,
          agentSilentMs: 0,
        },
        body,
        bodyBoot: '',
        authentic: true,
      };
    });
  }

  private show<Body>(host: string, { header, body, bodyBoot }: Block<Body>) {
    return {
      state: 'read' as const,
      index: this.index(host),
      host,
      header: { ...header },
      body,
      bodyBoot,
      authentic: true,
    };
  }
}
