/** A heartbeat volume in memory: blocks with one writer each, and what each host can reach of it. */
import type { CellObservation, SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import type { BlockHeader, IncidentRecord, SeatBody, SlotBody } from '../../src/core/wire/records.ts';

interface Block<Body> {
  header: BlockHeader;
  body: Body;
}

export class WorldVolume {
  readonly slots = new Map<string, Block<SlotBody>>();
  readonly seats = new Map<string, Block<SeatBody>>();
  readonly cells = new Map<string, IncidentRecord>();
  private readonly order: string[] = [];
  /** Hosts whose access hangs. */
  readonly hung = new Set<string>();

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

  readSlots(): readonly SlotObservation[] {
    return [...this.slots].map(([host, { header, body }]) => ({
      state: 'read',
      index: this.index(host),
      host,
      header: { ...header },
      body,
      bodyBoot: header.boot,
      authentic: true,
    }));
  }

  readSeats(): readonly SeatObservation[] {
    return [...this.seats].map(([host, { header, body }]) => ({
      state: 'read',
      index: this.index(host),
      host,
      header: { ...header },
      body,
      bodyBoot: header.boot,
      authentic: true,
    }));
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
}
