import type { Metrics } from '../api/metrics.ts';
import type { Core } from '../core/state.ts';
import { VERDICTS } from '../core/verdict/verdict.ts';
import { kernelDrops } from '../drivers/udp/kernel-drops.ts';
import type { BeatClient } from '../drivers/volume/beat-client.ts';
import { monotonicMs } from './monotonic.ts';

/** What the core and its beats hold, and how close that is to the limits. */
export function gaugeCore(metrics: Metrics, core: Core, beats: ReadonlyMap<string, BeatClient>): void {
  const gauge = metrics.gauge.bind(metrics);
  gauge('hosts', 'Other hosts known', () => core.hosts.size);
  gauge('is_master', '1 on the master', () => (core.master === null ? 0 : 1));
  gauge('term', 'Highest term seen', () => core.termSeen);
  gauge('lease_remaining_seconds', 'For how long this master may still act', () => {
    const leftMs = core.coordination.lease.remainingMs({ ...core, now: monotonicMs() });
    return Math.max(0, leftMs) / 1000;
  });
  gauge('incidents', 'Open incidents', () => core.master?.incidents.size ?? 0);
  gauge('core_requests_open', 'Effects whose result the core waits for', () => core.requests.open.size);
  gauge(
    'core_requests_refused',
    'Effects not asked for because too many were open',
    () => core.requests.refused,
  );
  gauge(
    'own_stalls',
    'Times this agent was late within its memory of them',
    () => core.observer.stalls.length,
  );
  gauge('open_intents', 'Evacuations this host was about to ask for', () => core.executor.intents.size);
  gauge('open_reports', 'Reports begun and not ended', () => core.reports.open.size);
  gauge('udp_kernel_drops', 'Datagrams the kernel dropped because this agent was slow', () =>
    kernelDrops(core.settings.address.udpPort),
  );
  for (const verdict of VERDICTS) {
    gauge(`hosts_${verdict.replace('-', '_')}`, `Hosts with verdict ${verdict}`, () => {
      const judgements = [...(core.master?.judgements.values() ?? [])];
      return judgements.filter((judgement) => judgement.verdict === verdict).length;
    });
  }
  const sum = (what: keyof ReturnType<BeatClient['counters']>): number =>
    [...beats.values()].reduce((total, beat) => total + beat.counters()[what], 0);
  gauge('beat_late_answers', 'Answers of beats that came after their deadline', () => sum('lateAnswers'));
  gauge('beat_dropped_readings', 'Readings that beats dropped because this agent was slow', () =>
    sum('droppedReadings'),
  );
  gauge('beat_malformed_frames', 'Frames from beats that were not understood', () => sum('malformedFrames'));
}
