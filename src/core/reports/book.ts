/**
 * Which reports are begun and not ended. A cause is reported once when it begins and once when it ends, however often
 * it is seen in between, and also across a change of master: the open ones travel in the master's seat.
 */
import type { Heritage } from '../coordination/port.ts';
import type { Core } from '../state.ts';
import { MAX_OPEN_REPORTS, type OpenReport, type Term } from '../wire/records.ts';
import type { Report } from './report.ts';

export type ReportText = Omit<Report, 'cause' | 'state'>;

export interface ReportBook {
  readonly open: Map<
    string,
    { readonly severity: Report['severity']; title: string; readonly ofMaster: boolean }
  >;
  /** While this agent is not master: what the last holder had open as far as this agent knows; a claim carries it on. */
  former: { readonly term: Term; readonly open: readonly OpenReport[] } | null;
}

const ORDER: Record<Report['severity'], number> = { critical: 0, warning: 1, info: 2 };

export function createReportBook(): ReportBook {
  return { open: new Map(), former: { term: 0, open: [] } };
}

/** What the own seat says: the most severe first, as many as it can carry. */
export function openForSeat({ open, former }: ReportBook): readonly OpenReport[] {
  if (former !== null) return former.open;
  return [...open]
    .filter(([, { ofMaster }]) => ofMaster)
    .map(([cause, { severity }]) => ({ cause, severity }))
    .sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
    .slice(0, MAX_OPEN_REPORTS);
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

/** Before a claim, and when it is won: what the seats say of the last holder's reports, if they are newer. */
export function noteHeritage(core: Core, seats: Iterable<Heritage>): void {
  const { reports } = core;
  for (const { term, openReports } of seats)
    if (reports.former !== null && term > reports.former.term) reports.former = { term, open: openReports };
}

/** A new master goes on with what the last one has begun. */
export function inherit(core: Core): void {
  const { reports } = core;
  for (const { cause, severity } of reports.former?.open ?? [])
    if (!reports.open.has(cause)) reports.open.set(cause, { severity, title: '', ofMaster: true });
  reports.former = null;
}

/** A deposed master's reports are its successor's to end, who may be itself. */
export function dropMasterReports(core: Core, term: Term): void {
  const { reports } = core;
  reports.former = { term, open: openForSeat(reports) };
  for (const [cause, { ofMaster }] of reports.open) if (ofMaster) reports.open.delete(cause);
}
