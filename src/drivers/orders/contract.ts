/**
 * What agents say to each other over mutual TLS: paths, bodies and their limits, in one place for both sides. A path
 * and a body carry a version; who gets a newer one refuses it.
 */
import { z } from 'zod';
import type { Request } from '../../core/input.ts';
import type { Report } from '../../core/reports/report.ts';
import { MUST_BE_SILENT_MAX, type OrderOutcome, type RestartOrder } from '../../core/recovery/orders.ts';
import { type DeclaredMaintenance, MAX_VOLUMES } from '../../core/wire/records.ts';
import { HOST_NAME, ip, isIsolationAddress } from '../../config/formats.ts';
import type { ShortLivedToken } from '../nova/cloud-driver.ts';

export const API_VERSION = 1;
/** Largest body of a request: an order with its token is below 10 KiB. */
export const REQUEST_BYTES_MAX = 64 * 1024;
/** Largest answer: the status of 10,000 hosts is about 10 MB. */
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024;

/** Deeper than this nothing is told that somebody could read; much deeper, it could not be written again. */
const MAX_EVIDENCE_DEPTH = 16;
/** Evacuation rows that an order may call dead. */
const MAX_DEAD_ROWS = 1024;

export const PATHS = {
  alive: '/v1/alive',
  restart: '/v1/orders/restart',
  probe: '/v1/probe',
  status: '/v1/status',
  confirmDead: '/v1/confirm-dead',
  reports: '/v1/reports',
} as const;

const hostName = z.string().regex(HOST_NAME);
const words = (max: number): z.ZodString => z.string().min(1).max(max);
/** JSON knows -0, which is no count. */
const count = z
  .int()
  .min(0)
  .overwrite((value) => value + 0);
const position = { volumeUuid: words(64), incarnation: count, counter: count };

const lastSeen = z.array(z.strictObject(position)).max(MAX_VOLUMES);

const restartOrder = z.strictObject({
  id: words(256),
  term: count,
  master: hostName,
  agent: z.string().regex(/^[0-9a-f]{16}$/),
  incident: words(128),
  victim: hostName,
  vm: words(64),
  attempt: count,
  deadRows: z.array(count).max(MAX_DEAD_ROWS),
  mustBeSilent: z
    .array(z.strictObject({ host: hostName, incident: words(128), lastSeen, isConfirmed: z.boolean() }))
    .max(MUST_BE_SILENT_MAX),
  lastSeen,
  leaseSeen: z.array(z.strictObject({ ...position, seat: count })).max(MAX_VOLUMES),
  validRenewals: count,
});

const token = z.strictObject({
  token: words(16_384),
  expiresAt: words(64),
  novaUrl: z.url({ protocol: /^https?$/ }).max(2048),
  microversion: z.string().regex(/^\d{1,3}\.\d{1,4}$/),
});

export interface RestartBody {
  readonly version: typeof API_VERSION;
  readonly order: RestartOrder;
  readonly token: ShortLivedToken;
}

type ProbeTarget = Extract<Request, { readonly ask: 'probe' }>['target'];

export const restartBody: z.ZodType<RestartBody> = z.strictObject({
  version: z.literal(API_VERSION),
  order: restartOrder,
  token,
});

export const probeBody: z.ZodType<{ readonly version: typeof API_VERSION; readonly target: ProbeTarget }> =
  z.strictObject({
    version: z.literal(API_VERSION),
    target: z.union([
      z.strictObject({ host: hostName, ip, apiPort: z.int().min(1).max(65_535) }),
      z.strictObject({ isolation: z.string().max(100).refine(isIsolationAddress) }),
    ]),
  });

export const confirmDeadBody = z.strictObject({
  version: z.literal(API_VERSION),
  host: hostName,
  by: z.string().trim().min(1).max(128),
});

export const maintenanceBody: z.ZodType<{
  readonly version: typeof API_VERSION;
  readonly declared: DeclaredMaintenance | null;
}> = z.strictObject({
  version: z.literal(API_VERSION),
  declared: z
    .strictObject({
      by: z.string().trim().min(1).max(64),
      why: z.string().trim().min(1).max(200).nullable(),
      recover: z.boolean(),
    })
    .nullable(),
});

/** Read leniently: a newer master may add to it. */
export const reportBody: z.ZodType<{ readonly version: typeof API_VERSION; readonly report: Report }> =
  z.object({
    version: z.literal(API_VERSION),
    report: z.object({
      cause: words(200),
      state: z.enum(['begin', 'update', 'end']),
      severity: z.enum(['info', 'warning', 'critical']),
      host: hostName.nullable(),
      title: words(4096),
      rule: words(8192).nullable(),
      evidence: z
        .record(z.string().max(200), z.unknown())
        .refine((evidence) => isWithinDepth(evidence, MAX_EVIDENCE_DEPTH)),
      advice: words(4096).nullable(),
    }),
  });

export const probeAnswer = z.strictObject({ answer: z.enum(['agent', 'kernel', 'none']) });
export const confirmDeadAnswer = z.strictObject({ ok: z.boolean(), words: z.string().max(4096) });

/** An answer is read leniently: a newer slave may add to it. */
/** What can come of a request to nova and its neighbours. */
export const FAILURE_CODES = [
  'unreachable',
  'no-answer',
  'bad-request',
  'unauthorized',
  'forbidden',
  'not-found',
  'conflict',
  'rate-limited',
  'server-error',
  'unintelligible',
  'incomplete',
] as const;

const failure = z.object({
  code: z.enum(FAILURE_CODES),
  service: z.enum(['keystone', 'nova', 'placement']),
  status: count.nullable(),
  requestId: z.string().max(256).nullable(),
  detail: z.string().max(8192),
});

export const orderOutcome: z.ZodType<OrderOutcome> = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), migrationId: count.nullable() }),
  z.object({
    outcome: z.literal('refused'),
    code: z.enum([
      'old-term',
      'not-online',
      'busy',
      'expired',
      'intent-not-written',
      'lease-unreadable',
      'incident-unreadable',
      'incident-not-open',
      'victim-alive',
      'victim-unreadable',
      'evacuation-open',
      'live-migration-open',
      'vm-not-on-victim',
      'nova-unreadable',
      'stopping',
    ]),
    detail: z.string().max(8192),
    term: count.optional(),
  }),
  z.object({ outcome: z.literal('rejected'), failure }),
  z.object({ outcome: z.literal('unknown'), detail: z.string().max(8192) }),
]);

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}
