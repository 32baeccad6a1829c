/** What only a master has. It comes with the lease and goes with it. */
import type { Facts } from '../verdict/facts.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { Incident } from '../recovery/incident.ts';
import { OpenStarts } from '../recovery/open-starts.ts';
import type { BootId, HostName, IncidentRecord, Term } from '../wire/records.ts';
import type { FormerHolder } from '../coordination/port.ts';
import { IntentBook } from '../coordination/volume/intent-book.ts';

export interface Judgement {
  readonly verdict: Verdict;
  readonly row: number;
  readonly words: string;
  readonly sinceMs: number;
  readonly facts: Facts;
  /** Boot in which the host was last seen fresh by this master. */
  readonly boot: BootId | null;
  /** Rounds in a row in which everything was lost. */
  readonly lostRounds: number;
  readonly everFresh: boolean;
}

export interface Mastership {
  readonly term: Term;
  readonly sinceMs: number;
  readonly sawPreviousHolder: boolean;
  /** Whose lease ran out before this one; null where it was given back, or there was none. */
  readonly former: FormerHolder | null;
  /** Until when somebody else, or this agent in a former term, could write down what was seen. */
  readonly formerUntilMs: number;
  readonly judgements: Map<HostName, Judgement>;
  /** By victim. */
  readonly incidents: Map<HostName, Incident>;
  /** The incident of its own host, if one is open: for another master to go on with. */
  ownIncident: Incident | null;
  /** By victim: the highest sequence of its records, those of closed incidents included. At most MAX_HOSTS. */
  readonly sequences: Map<HostName, number>;
  /** By victim: the boot whose end its last closed incident was about, if that was proven. At most MAX_HOSTS. */
  readonly dealtWith: Map<HostName, BootId>;
  readonly intents: IntentBook;
  readonly openStarts: OpenStarts;
  /** The cells and all slots were read after the claim: from now on it may judge and recover. */
  adopted: boolean;
  /** Until when nothing is ordered, because a slot could not be read at the take-over: an intent may stand in it. */
  blindUntilMs: number;
  /** What was told of hosts that are no members any more has been ended. */
  freedAreTold: boolean;
  /** While it suspects itself: who is better placed, and since when. */
  fitter: { readonly host: HostName; readonly sinceMs: number } | null;
  /** Probe neighbours and isolation addresses: somebody is silent. */
  wantsOwnView: boolean;
  /** Sides of a partition as last seen complete, and since when they are so; when it began. */
  partition: { readonly sides: string; readonly sinceMs: number; readonly begunMs: number } | null;
  /** Since when another host reads what this one cannot. */
  halfBlindSinceMs: number | null;
  /** Why it does not act, by code. */
  readonly holds: Map<string, string>;
  /** When hosts were last declared failed, or may have been, for the brake; incidents that are closed by now count too. */
  readonly declaredMs: Map<HostName, number>;
  /** Probes under way: `HOST by ASKER`. */
  readonly probing: Set<HostName>;
}

export function createMastership(
  term: Term,
  sinceMs: number,
  sawPreviousHolder: boolean,
  former: FormerHolder | null = null,
  formerUntilMs = sinceMs,
): Mastership {
  return {
    term,
    sinceMs,
    sawPreviousHolder,
    former,
    formerUntilMs,
    judgements: new Map(),
    incidents: new Map(),
    ownIncident: null,
    sequences: new Map(),
    dealtWith: new Map(),
    intents: new IntentBook(),
    openStarts: new OpenStarts(),
    adopted: false,
    blindUntilMs: 0,
    freedAreTold: false,
    fitter: null,
    wantsOwnView: false,
    partition: null,
    halfBlindSinceMs: null,
    holds: new Map(),
    declaredMs: new Map(),
    probing: new Set(),
  };
}

/** A boot whose end was proven is no news again; an incident that ended because its host lived was about none. */
export function noteDealtWith(
  { dealtWith }: Mastership,
  { victim, victimBoot, proof }: IncidentRecord,
): void {
  if (proof !== null) dealtWith.set(victim, victimBoot);
}
