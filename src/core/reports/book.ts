/**
 * Which reports are begun and not ended. A cause is reported once when it begins and once when it ends, however often
 * it is seen in between, and also across a change of master: the open ones travel in the master's seat.
 */
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { type Heritage, type HostName, MAX_OPEN_REPORTS, type Term } from '../wire/records.ts';
import type { Report } from './report.ts';

export type ReportText = Omit<Report, 'cause' | 'state'>;

export interface ReportBook {
  readonly open: Map<
    string,
    { readonly severity: Report['severity']; title: string; readonly ofMaster: boolean }
  >;
  /** While this agent is not master: what the last one has left, as far as this agent knows; a claim carries it on. */
  former: Heritage | null;
  /** While it is: its term, and how often it has changed what is open. */
  term: Term;
  sequence: number;
  /** The site has started, and not every host was seen alive since: so it is for the next master, too. */
  siteStart: boolean;
}

const ORDER: Record<Report['severity'], number> = { critical: 0, warning: 1, info: 2 };

export function createReportBook(): ReportBook {
  const former = { term: 0, sequence: 0, open: [] };
  return { open: new Map(), former, term: 0, sequence: 0, siteStart: false };
}

/** What the own seat says: the most severe first, as many as it can carry. */
export function heritageOf({ open, former, term, sequence, siteStart }: ReportBook): Heritage {
  if (former !== null) return former;
  const carried = [...open]
    .filter(([, { ofMaster }]) => ofMaster)
    .map(([cause, { severity }]) => ({ cause, severity }))
    .sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
    .slice(0, MAX_OPEN_REPORTS);
  return { term, sequence, open: carried, ...(siteStart ? { siteStart } : {}) };
}

/** Begins a report, or does nothing when its cause is already open; new words for an open cause are an update. */
export function begin(core: Core, cause: string, text: ReportText, ofMaster = true): void {
  const { open } = core.reports;
  const known = open.get(cause);
  if (known === undefined) {
    open.set(cause, { severity: text.severity, title: text.title, ofMaster });
    core.outbox.push({ do: 'report', report: { cause, state: 'begin', ...text } });
    if (ofMaster) core.reports.sequence += 1;
  } else if (known.title === '') {
    // Taken over from the former master, which has reported it.
    known.title = text.title;
  } else if (known.title !== text.title) {
    known.title = text.title;
    core.outbox.push({ do: 'report', report: { cause, state: 'update', ...text } });
  }
}

/** The former master has begun it, and may not have told what is to be told of it now. */
export function retell({ reports }: Core, cause: string): void {
  const known = reports.open.get(cause);
  if (known?.title === '') known.title = 'what the former master has told';
}

export function end(core: Core, cause: string, title: string, evidence: Report['evidence'] = {}): void {
  const known = core.reports.open.get(cause);
  if (known === undefined) return;
  core.reports.open.delete(cause);
  if (known.ofMaster) core.reports.sequence += 1;
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

/** Of a host that is no member any more. */
export function endReportsOf(core: Core, host: HostName, title: string): void {
  endOthers(core, `host/${host}/`, [], () => title);
  endIncidentReports(core, host, title);
}

export function endIncidentReports(core: Core, victim: HostName, title: string): void {
  endOthers(core, `incident/${victim}/`, [], () => title);
  end(core, `incident/${victim}`, title);
}

/** With each look at the seats: one that cannot be read when it matters may have been read before. */
export function noteHeritage({ reports }: Core, seats: Iterable<Heritage>): void {
  for (const told of seats)
    if (reports.former !== null && isNewer(told, reports.former)) reports.former = told;
}

function isNewer(one: Heritage, other: Heritage): boolean {
  return one.term > other.term || (one.term === other.term && one.sequence > other.sequence);
}

/** A new master goes on with what the last one has begun, and does not know more of what ran before. */
export function inherit(core: Core, { term, sawPreviousHolder }: Inheriting): void {
  const { reports } = core;
  const siteStart = !sawPreviousHolder || reports.former?.siteStart === true;
  for (const { cause, severity } of reports.former?.open ?? [])
    if (!reports.open.has(cause)) reports.open.set(cause, { severity, title: '', ofMaster: true });
  Object.assign(reports, { former: null, term, sequence: 0, siteStart });
}

/** Every host was seen alive, or is being seen to. */
export function endSiteStart({ reports }: Core): void {
  if (!reports.siteStart) return;
  Object.assign(reports, { siteStart: false, sequence: reports.sequence + 1 });
}

type Inheriting = Pick<Mastership, 'term' | 'sawPreviousHolder'>;

/** A deposed master's reports are its successor's to end, who may be itself. */
export function dropMasterReports({ reports }: Core): void {
  reports.former = heritageOf(reports);
  for (const [cause, { ofMaster }] of reports.open) if (ofMaster) reports.open.delete(cause);
}
