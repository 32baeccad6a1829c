/**
 * Which reports are begun and not ended. A cause is reported once when it begins and once when it ends, however often
 * it is seen in between, and also across a change of master: the open ones travel in the master's seat.
 */
import type { Core } from '../state.ts';
import { MAX_OPEN_REPORTS, type OpenReport } from '../wire/records.ts';
import type { Report } from './report.ts';

export type ReportText = Omit<Report, 'cause' | 'state'>;

export interface ReportBook {
  readonly open: Map<
    string,
    { readonly severity: Report['severity']; title: string; readonly ofMaster: boolean }
  >;
  /** The most severe first, as many as a seat can carry. */
  forSeat(): readonly OpenReport[];
}

const ORDER: Record<Report['severity'], number> = { critical: 0, warning: 1, info: 2 };

export function createReportBook(): ReportBook {
  const open: ReportBook['open'] = new Map();
  return {
    open,
    forSeat: () =>
      [...open]
        .filter(([, { ofMaster }]) => ofMaster)
        .map(([cause, { severity }]) => ({ cause, severity }))
        .sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
        .slice(0, MAX_OPEN_REPORTS),
  };
}

/** Begins a report, or does nothing when its cause is already open; new words for an open cause are an update. */
export function begin(core: Core, cause: string, text: ReportText, ofMaster = true): void {
  const { open } = core.reports;
  const known = open.get(cause);
  if (known === undefined) {
    open.set(cause, { severity: text.severity, title: text.title, ofMaster });
    core.outbox.push({ do: 'report', report: { cause, state: 'begin', ...text } });
  } else if (known.title === '') {
    // Taken over from the former master, which has reported it.
    known.title = text.title;
  } else if (known.title !== text.title) {
    known.title = text.title;
    core.outbox.push({ do: 'report', report: { cause, state: 'update', ...text } });
  }
}

export function end(core: Core, cause: string, title: string, evidence: Report['evidence'] = {}): void {
  const known = core.reports.open.get(cause);
  if (known === undefined) return;
  core.reports.open.delete(cause);
  const host = cause.startsWith('host/') ? (cause.split('/')[1] ?? null) : null;
  core.outbox.push({
    do: 'report',
    report: { cause, state: 'end', severity: 'info', host, title, rule: null, evidence, advice: null },
  });
}

/** Ends every open report of causes with this beginning, but those listed. */
export function endOthers(
  core: Core,
  prefix: string,
  keep: readonly string[],
  title: (cause: string) => string,
): void {
  for (const cause of core.reports.open.keys()) {
    if (cause.startsWith(prefix) && !keep.includes(cause)) end(core, cause, title(cause));
  }
}

export function inherit(core: Core, reports: readonly OpenReport[]): void {
  for (const { cause, severity } of reports) {
    if (!core.reports.open.has(cause)) core.reports.open.set(cause, { severity, title: '', ofMaster: true });
  }
}

/** A deposed master's reports are its successor's to end. */
export function dropMasterReports(core: Core): void {
  for (const [cause, { ofMaster }] of core.reports.open) if (ofMaster) core.reports.open.delete(cause);
}
