/**
 * Every duration of the protocol, derived from one base, with the inequality that makes it safe.
 *
 * All are milliseconds of the observer's own monotonic clock. `checkTiming` is asserted at start: a set of values
 * that breaks an inequality is refused by name, never quietly raised.
 */

export interface Timing {
  /** Base of everything: one heartbeat on each path. */
  readonly beatMs: number;
  /** Silence after which a host's network path is lost: one lost datagram is nothing, four are something. */
  readonly networkLostMs: number;
  /** Missed heartbeats after which witnesses are asked, so that their answers are there when the path is lost. */
  readonly suspectMs: number;
  /** Silence after which a volume path may be lost: a path failover of a storage array should not look like death. */
  readonly volumeLostMs: number;
  /** Valid reads without advance that a lost volume path takes at least. */
  readonly volumeLostReads: number;
  /** Age up to which the last valid read still says something. */
  readonly readFreshMs: number;
  /** Silence of the agent towards its beat after which the agent counts as silent. */
  readonly agentSilentMs: number;
  /** Answers to a probe count within this. */
  readonly probeMs: number;
  /** Age up to which a probe's answer is evidence. */
  readonly probeFreshMs: number;
  /** A candidate claims only after all seats stood still for this long. */
  readonly leaseMs: number;
  /** A holder acts only until this long after the start of its last successful renewal. */
  readonly holdMs: number;
  /** Between a claim's write and its read-back. */
  readonly settleMs: number;
  /** A read of the seats that ends within this of the start of the one before has missed no claim that was held on to. */
  readonly followMs: number;
  /** A seat write not answered by then counts as unanswered. */
  readonly seatWriteMs: number;
  /** Check, write and read-back of a claim together. */
  readonly claimMsMax: number;
  /** Random wait after a withdrawn claim. */
  readonly claimBackoffMsMax: number;
  /** An own loop later than this restarts the observer's clocks before it accuses anyone. */
  readonly stallMs: number;
  /** Stalls within `stallWindowMs` that make an observer unfit. */
  readonly stallsMax: number;
  readonly stallWindowMs: number;
  /** How often nova-compute reports to nova (nova's `report_interval`). */
  readonly novaReportMs: number;
  /** Slack added to one nova report interval before a missing report means anything. */
  readonly novaReportSlackMs: number;
  /** For how long an unanswered evacuation request may still be executed. */
  readonly openRequestMs: number;
  /** An evacuation that nova shows in one state for longer than this needs a person. */
  readonly standingRowMs: number;
  /** No host that was not seen fresh is judged for this long after a start without a previous holder. */
  readonly siteStartMs: number;
  /** Incidents younger than this count for the brake. */
  readonly brakeWindowMs: number;
}

export const DEFAULT_NOVA_REPORT_MS = 10_000;

/** Of the three values that are given; the configuration takes nothing outside. */
export const BEAT_MS_MIN = 200;
export const BEAT_MS_MAX = 5_000;
export const NOVA_REPORT_MS_MIN = 1_000;
export const OPEN_REQUEST_MS_MIN = 60_000;

/** Derives all durations from the base; the figures are those of the design for a beat of one second. */
export function deriveTiming(beatMs: number, novaReportMs: number, openRequestMs: number): Timing {
  return {
    beatMs,
    networkLostMs: 4 * beatMs,
    suspectMs: 2 * beatMs,
    volumeLostMs: 8 * beatMs,
    volumeLostReads: 8,
    readFreshMs: 2 * beatMs,
    agentSilentMs: 8 * beatMs,
    probeMs: 2 * beatMs,
    probeFreshMs: 5 * beatMs,
    leaseMs: 8 * beatMs,
    holdMs: 6 * beatMs,
    settleMs: 2 * beatMs,
    followMs: 1.5 * beatMs,
    seatWriteMs: beatMs,
    claimMsMax: 3.5 * beatMs,
    claimBackoffMsMax: 4 * beatMs,
    stallMs: beatMs,
    stallsMax: 3,
    stallWindowMs: 60_000,
    novaReportMs,
    novaReportSlackMs: 3_000,
    openRequestMs,
    standingRowMs: 600_000,
    siteStartMs: 600_000,
    brakeWindowMs: 60_000,
  };
}

/** Names each broken inequality, or nothing. */
export function checkTiming(t: Timing): readonly string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [
      t.beatMs >= BEAT_MS_MIN,
      `beat ${t.beatMs} ms is below ${BEAT_MS_MIN} ms: ordinary scheduling delays would look like silence`,
    ],
    [
      t.beatMs <= BEAT_MS_MAX,
      `beat ${t.beatMs} ms is above ${BEAT_MS_MAX} ms: nova would notice a dead host sooner than Vigil`,
    ],
    // A late datagram or two must not reach the bound.
    [t.networkLostMs >= 3 * t.beatMs, 'network lost must be at least 3 beats'],
    [t.suspectMs < t.networkLostMs, 'witnesses must be asked before the network path is lost'],
    // 8 reads at one a beat span 8 beats; a shorter bound could not be met by that many reads.
    [t.volumeLostMs >= t.volumeLostReads * t.beatMs, 'volume lost must span its reads, one a beat'],
    [t.readFreshMs >= t.beatMs, 'a read must stay valid until the next one'],
    // The holder's last act comes before any claim can succeed, with a quarter of the lease for drift between clocks.
    [
      t.holdMs + t.leaseMs / 4 <= t.leaseMs,
      'the holder must stop acting at least a quarter of the lease before it ends',
    ],
    [t.claimMsMax < t.leaseMs, 'a claim must be over before a lease could begin and end unseen'],
    [t.seatWriteMs + t.settleMs < t.claimMsMax, 'write and settle must fit into a claim'],
    // A late write may cover one of two claims: each has settled only after the other was written, and one sees the other.
    [t.claimMsMax < 2 * t.settleMs, 'a claim must settle for more than half of what it may take'],
    // A quarter for clocks that differ, as above.
    [
      t.followMs + t.settleMs / 4 <= t.settleMs,
      'seats must be read so often that no claim can be made and settled between two reads',
    ],
    [t.followMs > t.beatMs, 'reads must be able to follow one another, one a beat'],
    // A helper's answer must still be evidence when it comes, and until that of the next round.
    [
      t.probeFreshMs >= 2 * t.probeMs + t.beatMs,
      'an answer to a probe must stay evidence until the next one can be there',
    ],
    [t.stallMs < t.networkLostMs, 'an own stall must be noticed before it looks like the silence of others'],
    [
      t.openRequestMs >= OPEN_REQUEST_MS_MIN,
      `an unanswered request must stay open for at least ${OPEN_REQUEST_MS_MIN} ms, not ${t.openRequestMs} ms`,
    ],
    [t.novaReportMs >= NOVA_REPORT_MS_MIN, `nova report interval below ${NOVA_REPORT_MS_MIN} ms`],
  ];
  return rules.filter(([holds]) => !holds).map(([, words]) => words);
}
