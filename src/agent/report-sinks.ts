import type { Config } from '../config/schema.ts';
import type { ReportSink } from '../drivers/journal/report-sink.ts';
import type { Journal } from '../drivers/journal/journal.ts';
import { createSyslog } from '../drivers/syslog/syslog.ts';
import { createWebhook } from '../drivers/webhook/webhook.ts';
import type { Metrics } from '../api/metrics.ts';

/** Everybody who is told: the journal and other hosts always, syslog and webhooks as configured. */
export function reportSinks(
  config: Config,
  journal: Journal,
  metrics: Metrics,
  keepers: ReportSink,
): readonly ReportSink[] {
  const syslog = createSyslog({
    target: config.reports.syslog,
    host: config.host.name,
    count: (event) => metrics.report('syslog', event),
  });
  const webhooks = config.reports.webhooks.map((webhook, i) => {
    const name = `webhook-${i + 1}`;
    return createWebhook({
      name,
      url: webhook.url,
      deadlineMs: webhook.deadline_ms,
      attempts: webhook.attempts,
      retryFirstMs: webhook.retry_first_ms,
      retryMaxMs: webhook.retry_max_ms,
      cluster: config.cluster.name,
      host: config.host.name,
      count: (event) => metrics.report(name, event),
      onLimit: (what) => metrics.limit(what),
    });
  });
  return [journal.sink, keepers, ...(syslog === null ? [] : [syslog]), ...webhooks];
}
