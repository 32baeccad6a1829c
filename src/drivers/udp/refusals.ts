import type { Report } from '../../core/reports/report.ts';

/** Refusals by so many (door, code, sender) are told apart; what goes beyond is told as one. */
export const MAX_OPEN_REFUSALS = 16;
/** Without another of its kind for this long, a series of refusals has ended. */
export const REFUSALS_QUIET_MS = 60_000;
const SWEEP_MS = 5_000;

/** Something at one of the doors of this host that is none of its cluster's doing, or a fault of its configuration. */
export interface Refusal {
  readonly door: 'udp' | 'api' | 'volume';
  readonly code: string;
  /** IP address of the sender; on a volume the block that it writes. */
  readonly from: string;
  readonly words: string;
}

export interface RefusalReporter {
  note(refusal: Refusal): void;
  close(): void;
}

interface Series {
  readonly refusal: Refusal;
  count: number;
  lastMs: number;
}

/** A flood of refusals becomes one report with its end, and never more work than a look into a small map. */
export function reportRefusals(options: {
  readonly onReport: (report: Report) => void;
  readonly onOverflow: () => void;
  readonly quietMs?: number;
  readonly nowMs?: () => number;
}): RefusalReporter {
  const quietMs = options.quietMs ?? REFUSALS_QUIET_MS;
  const nowMs = options.nowMs ?? (() => performance.now());
  const open = new Map<string, Series>();

  const sweep = (): void => {
    for (const [cause, series] of open) {
      if (nowMs() - series.lastMs < quietMs) continue;
      open.delete(cause);
      options.onReport(describe(cause, series, 'end'));
    }
  };
  const timer = setInterval(sweep, Math.min(SWEEP_MS, quietMs));
  timer.unref();

  return {
    note(refusal) {
      let cause = `refused/${refusal.door}/${refusal.code}/${refusal.from}`;
      if (!open.has(cause) && open.size >= MAX_OPEN_REFUSALS) {
        options.onOverflow();
        cause = 'refused/others';
      }
      const known = open.get(cause);
      if (known !== undefined) {
        known.count += 1;
        known.lastMs = nowMs();
        return;
      }
      const series = { refusal, count: 1, lastMs: nowMs() };
      open.set(cause, series);
      options.onReport(describe(cause, series, 'begin'));
    },
    close: () => clearInterval(timer),
  };
}

function describe(cause: string, series: Series, state: 'begin' | 'end'): Report {
  const { door, code, from, words } = series.refusal;
  const others = cause === 'refused/others';
  const where = door === 'volume' ? door : `${door}, from ${from}`;
  const what = others ? 'More senders are refused than are told apart' : `Refused (${where}): ${words}`;
  return {
    cause,
    state,
    severity: state === 'end' ? 'info' : 'warning',
    host: null,
    title: state === 'begin' ? what : `${what}; none since, ${series.count} in all`,
    rule: null,
    evidence: { door, code, from: others ? null : from, count: series.count },
    advice:
      state === 'end'
        ? null
        : 'Compare cluster.name and the keys of the sender with those of this host; run vigil check on both.',
  };
}
