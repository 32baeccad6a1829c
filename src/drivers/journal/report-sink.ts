import type { Report } from '../../core/reports/report.ts';

/** Where reports go. `deliver` returns at once and never fails: what cannot be kept is counted as dropped. */
export interface ReportSink {
  readonly name: string;
  deliver(report: Report): void;
  /** Delivers what is waiting, for at most so long. */
  close(deadlineMs: number): Promise<void>;
}

export type SinkEvent = 'sent' | 'failed' | 'rejected' | 'dropped';

export type CountSink = (event: SinkEvent) => void;
