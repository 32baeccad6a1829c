import { z } from 'zod';
import { ip, isAddressAndPort, isWebUrl } from './formats.ts';
import { key, whole } from './keys.ts';

export const MAX_WEBHOOKS = 8;

export const webhookSection = z.strictObject({
  url: key(z.string().max(2000).refine(isWebUrl), {
    description: 'Address that gets each report as JSON by POST. May hold a secret and is never shown.',
    unit: null,
    right: 'an http or https URL',
    secret: true,
  }),
  deadline_ms: whole({ min: 100, max: 60_000, default: 5000 }, 'ms', 'Time for one attempt.'),
  attempts: whole(
    { min: 1, max: 50, default: 10 },
    null,
    'Attempts per report before it is dropped and counted.',
  ),
  retry_first_ms: whole(
    { min: 10, max: 60_000, default: 1000 },
    'ms',
    'Wait before the second attempt; doubles each time.',
  ),
  retry_max_ms: whole({ min: 10, max: 600_000, default: 60_000 }, 'ms', 'Longest wait between attempts.'),
});

export const reportsSection = z.strictObject({
  syslog: key(
    z
      .string()
      .refine(
        (value) =>
          value === 'local' ||
          value === 'off' ||
          (value.startsWith('udp:') && isAddressAndPort(value.slice(4))),
      )
      .default('local'),
    { description: 'Where reports go as syslog.', unit: null, right: 'local, udp:IP:PORT or off' },
  ),
  webhooks: key(z.array(webhookSection).max(MAX_WEBHOOKS).default([]), {
    description: 'Who gets reports by HTTP.',
    unit: null,
    right: `a list of at most ${MAX_WEBHOOKS} entries with a url`,
  }),
  journal_file_mib: whole(
    { min: 1, max: 1024, default: 16 },
    'MiB',
    'Size at which a file of the journal is closed.',
  ),
  journal_files: whole({ min: 1, max: 100, default: 8 }, null, 'Closed files of the journal that are kept.'),
});

export const metricsSection = z.strictObject({
  port: key(z.int().min(1).max(65_535).nullable().default(null), {
    description: 'TCP port for Prometheus, without TLS; null: only on the local socket.',
    unit: null,
    right: 'a port from 1 to 65535, or null',
  }),
  address: key(ip.default('127.0.0.1'), {
    description: 'Address to serve Prometheus on.',
    unit: null,
    right: 'an IPv4 or IPv6 address',
  }),
});
