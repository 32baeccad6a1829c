import type { LeaseStamp } from '../coordination/port.ts';
import type { AgentIncarnation, HostName, Term } from '../wire/records.ts';
import type { LastSeen } from './check-victim.ts';
import type { CloudFailure } from './cloud.ts';

/** Orders a slave works on at once; more are refused with `busy`. Equals the intents a slot can hold. */
export const MAX_ORDERS_AT_ONCE = 8;

/** A slave waits for nova itself. What it has not sent by then it does not send any more. */
export const EVACUATE_DEADLINE_MS = 60_000;

/** Others than the victim on which a guest of a VM may be, each of which this master takes for dead by its incident. */
export const MUST_BE_SILENT_MAX = 16;

/** A host that is taken for dead, as long as nothing is seen of it and its incident's record stands. */
export interface SilentHost {
  readonly host: HostName;
  readonly incident: string;
  /** As in the order. */
  readonly lastSeen: LastSeen;
  /** On somebody's word, which counts also where its slot cannot be read. */
  readonly isConfirmed: boolean;
}

/** The master's command to a slave: have nova restart this VM on your host. */
export interface RestartOrder {
  /** Unique per master's life: executed at most once per agent life. */
  readonly id: string;
  readonly term: Term;
  readonly master: HostName;
  /** The agent that the incident's record names: no other one carries it out, or it would be named nowhere. */
  readonly agent: AgentIncarnation;
  readonly incident: string;
  readonly victim: HostName;
  readonly vm: string;
  readonly attempt: number;
  /** Rows that nova still shows open though their target has proof of death: they will never end. */
  readonly deadRows: readonly number[];
  /** Targets of those rows, and hosts that it was sent on from earlier: at most MUST_BE_SILENT_MAX. */
  readonly mustBeSilent: readonly SilentHost[];
  /** The last (incarnation, counter) of the victim's slot the master saw, by volume it reads: anything later is life. */
  readonly lastSeen: LastSeen;
  /** The master's own seat when the order was given, by lease volume: its counter is the clock the order ages by. */
  readonly leaseSeen: LeaseStamp;
  /** The order is void once the seat's counter has advanced by more than this. */
  readonly validRenewals: number;
}

export type RefusalCode =
  | 'old-term'
  | 'not-online'
  | 'busy'
  | 'expired'
  | 'intent-not-written'
  | 'lease-unreadable'
  | 'incident-unreadable'
  | 'incident-not-open'
  | 'victim-alive'
  | 'victim-unreadable'
  | 'evacuation-open'
  | 'live-migration-open'
  | 'vm-not-on-victim'
  | 'nova-unreadable'
  | 'stopping';

/** How an order ended, as its slave tells the master. Lost answers are made good by nova's records and the intents. */
export type OrderOutcome =
  /** nova took the request; the row is known if nova showed it at once. */
  | { readonly outcome: 'accepted'; readonly migrationId: number | null }
  /** Nothing was sent to nova. */
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode;
      readonly detail: string;
      /** The one above that of the order, with `old-term`. */
      readonly term?: Term | undefined;
    }
  /** nova said no; nothing is open. */
  | { readonly outcome: 'rejected'; readonly failure: CloudFailure }
  /** Sent, not answered: may still happen. The slave keeps the intent and looks for the row. */
  | { readonly outcome: 'unknown'; readonly detail: string };

export function refused(code: RefusalCode, detail: string, term?: Term): OrderOutcome {
  return { outcome: 'refused', code, detail, ...(term !== undefined && { term }) };
}
