import { Counter, Gauge, Registry } from 'prom-client';
import type { UdpCounters } from '../drivers/udp/udp.ts';
import type { ApiCounters } from './handler.ts';

/** One counter for each limit, drop and refusal of the edges. The composition may add its own to the registry. */
export interface Metrics {
  readonly registry: Registry;
  readonly udp: UdpCounters;
  readonly api: ApiCounters;
  /** A queue, map or number of open calls was full. */
  limit(what: string): void;
  /** A block of a volume is written by somebody who is not believed. */
  volumeRefused(reason: string): void;
  /** What became of reports, by sink: sent, failed, dropped. */
  report(sink: string, event: string): void;
  gauge(name: string, help: string, read: () => number): void;
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> => new Counter({ name: `vigil_${name}_total`, help, labelNames, registers: [registry] });

  const received = counter('udp_received', 'Datagrams received, good or not');
  const sent = counter('udp_sent', 'Datagrams sent');
  const dropped = counter('udp_dropped', 'Datagrams received and not believed, by reason', ['reason']);
  const sendFailed = counter('udp_send_failed', 'Datagrams not sent, by reason', ['reason']);
  const socketErrors = counter('udp_socket_errors', 'Errors of the UDP socket');
  const requests = counter('api_requests', 'Requests answered, by path and HTTP status', ['path', 'status']);
  const refused = counter('api_refused', 'Connections and requests refused, by reason', ['reason']);
  const blocks = counter('volume_refused', 'Writes seen on volumes and not believed, by reason', ['reason']);
  const limits = counter('limit_reached', 'Times a limit was reached, by which', ['limit']);
  const reports = counter('report_events', 'Reports by sink and what became of them', ['sink', 'event']);

  return {
    registry,
    udp: {
      received: () => received.inc(),
      sent: () => sent.inc(),
      dropped: (reason) => dropped.inc({ reason }),
      sendFailed: (reason) => sendFailed.inc({ reason }),
      socketError: () => socketErrors.inc(),
      keyCacheFull: () => limits.inc({ limit: 'udp-key-cache' }),
    },
    api: {
      request: (path, status) =>
        requests.inc({ path: status === 404 ? 'unknown' : path, status: String(status) }),
      refused: (reason) => refused.inc({ reason }),
    },
    volumeRefused: (reason) => blocks.inc({ reason }),
    limit: (what) => limits.inc({ limit: what }),
    report: (sink, event) => reports.inc({ sink, event }),
    gauge(name, help, read) {
      const options = { name: `vigil_${name}`, help, registers: [registry] };
      const gauge: Gauge = new Gauge({ ...options, collect: (): void => gauge.set(read()) });
    },
    text: async () => registry.metrics(),
  };
}
