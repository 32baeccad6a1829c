/**
 * Reports of incidents are kept by two other hosts as well: whoever asks later why VMs were moved gets an answer, also
 * when the host that was master then is gone. Best effort: journal, syslog and webhook have the same.
 */
import type { Report } from '../../core/reports/report.ts';
import type { CountSink, ReportSink } from '../journal/report-sink.ts';
import { API_VERSION, PATHS } from './contract.ts';
import type { PeerAddress, PeerClient } from './peer-client.ts';

const KEEPERS = 2;
/** Reports on their way at once; more are not kept elsewhere. */
export const MAX_REPORTS_OPEN = 64;
const DEADLINE_MS = 5_000;

export interface KeepersOptions {
  readonly peers: PeerClient;
  /** Hosts that are well, in the order in which they are asked. */
  readonly choose: () => readonly PeerAddress[];
  readonly count: CountSink;
}

export function createKeepers({ peers, choose, count }: KeepersOptions): ReportSink {
  const open = new Set<Promise<void>>();

  const keep = async (report: Report): Promise<void> => {
    let kept = 0;
    for (const to of choose()) {
      const call = { method: 'POST', path: PATHS.reports, body: { version: API_VERSION, report } } as const;
      const answer = await peers.call(to, call, DEADLINE_MS);
      const isKept = answer.kind === 'answer' && answer.status === 200;
      count(isKept ? 'sent' : 'failed');
      if (isKept) kept += 1;
      if (kept === KEEPERS) return;
    }
  };

  return {
    name: 'keepers',
    deliver(report) {
      if (!report.cause.startsWith('incident/')) return;
      if (open.size >= MAX_REPORTS_OPEN) {
        count('dropped');
        return;
      }
      const under = keep(report).finally(() => open.delete(under));
      open.add(under);
    },
    async close(deadlineMs) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, deadlineMs).unref());
      await Promise.race([Promise.allSettled(open), late]);
    },
  };
}
