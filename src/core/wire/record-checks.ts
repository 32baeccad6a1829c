/** Validators of records.ts, with its limits: what does not pass never reaches the core. */
import { type Check, bool, integer, list, nullable, oneOf, optional, record, text } from '../lib/check.ts';
import {
  type AgentAddress,
  type DeclaredMaintenance,
  type Heritage,
  type IncidentRecord,
  type Intent,
  type Leaving,
  type Maintenance,
  MAX_BOOTS_UNDER_WAY,
  MAX_HOSTS_ORDERED,
  MAX_ISOLATION_ADDRESSES,
  MAX_NEIGHBOURS_IN_VIEW,
  MAX_OPEN_INTENTS,
  MAX_OPEN_REPORTS,
  MAX_ROWS_UNDER_WAY,
  MAX_SEATS,
  MAX_VOLUMES,
  type OpenReport,
  type OrderedHost,
  type PublishedTiming,
  type RowsOfBoot,
  type SeatBody,
  type SlotBody,
  type Superblock,
  type View,
} from './records.ts';

/** Slots that the format allows. */
export const MAX_SLOTS = 16_384;
/** Longest of any duration on the wire: 2^32 - 1 ms, about 49 days. */
export const MAX_DURATION_MS = 0xffff_ffff;

export const count = integer(0, Number.MAX_SAFE_INTEGER);
export const durationMs = integer(0, MAX_DURATION_MS);
export const hostName = text({
  minLength: 1,
  maxLength: 63,
  pattern: /^[a-z0-9.-]+$/,
  expected: '1 to 63 of a-z, 0-9, "." and "-"',
});
export const clusterName = text({
  minLength: 1,
  maxLength: 63,
  pattern: /^[A-Za-z0-9._-]+$/,
  expected: '1 to 63 of A-Z, a-z, 0-9, ".", "_" and "-"',
});
export const uuid = text({
  minLength: 36,
  maxLength: 36,
  pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  expected: 'a UUID in lower case',
});
export const hex64 = hex(16);
export const bootId = hex(32);
export const ip = text({
  minLength: 2,
  maxLength: 64,
  pattern: /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[A-Za-z0-9._-]+)?)$/,
  expected: 'an IPv4 or IPv6 address',
});
const term = count;
const port = integer(1, 65_535);

function hex(digits: number): Check<string> {
  return text({
    minLength: digits,
    maxLength: digits,
    pattern: /^[0-9a-f]+$/,
    expected: `${digits} lower-case hex digits`,
  });
}

function words(maxLength: number): Check<string> {
  return text({ minLength: 1, maxLength, expected: `text of 1 to ${maxLength} characters` });
}

export const agentAddress = record<AgentAddress>({ ip, udpPort: port, apiPort: port });

export const leaving = record<Leaving>({
  why: oneOf('agent-restart', 'reboot', 'shutdown'),
  expiresMs: nullable(durationMs),
});

export const declaredMaintenance = record<DeclaredMaintenance>({
  by: words(64),
  why: nullable(words(200)),
  recover: bool,
});

const maintenance = record<Maintenance>({ sequence: count, declared: nullable(declaredMaintenance) });

export const timing = record<PublishedTiming>({
  beatMs: integer(1, MAX_DURATION_MS),
  networkLostMs: integer(1, MAX_DURATION_MS),
  volumeLostMs: integer(1, MAX_DURATION_MS),
});

export const view = record<View>({
  master: nullable(hostName),
  neighbours: list(
    record({ host: hostName, answer: oneOf('agent', 'kernel', 'none') }),
    MAX_NEIGHBOURS_IN_VIEW,
  ),
  // As configured, `icmp:IP` or `tcp:IP:PORT`: shown to people, never connected to by the reader.
  isolation: list(record({ address: words(63), answered: bool }), MAX_ISOLATION_ADDRESSES),
  volumes: list(record({ uuid, name: words(63), writable: bool }), MAX_VOLUMES),
});

const intent = record<Intent>({
  incident: words(128),
  vm: words(64),
  attempt: count,
  term,
  phase: oneOf('intended', 'posted'),
});

const openReport = record<OpenReport>({ cause: words(200), severity: oneOf('info', 'warning', 'critical') });
const heritage = record<Heritage>({
  term,
  sequence: count,
  open: list(openReport, MAX_OPEN_REPORTS),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `record` leaves undefined out
  siteStart: optional(bool) as Check<boolean>,
});

export const role = oneOf('compute', 'control');

export const slotBody = record<SlotBody>({
  host: hostName,
  address: agentAddress,
  role,
  eligible: bool,
  failureDomain: nullable(words(64)),
  agent: hex64,
  continues: nullable(hex64),
  termSeen: term,
  fit: bool,
  view,
  leaving: nullable(leaving),
  unjudged: nullable(bootId),
  sequence: count,
  maintenance,
  intents: list(intent, MAX_OPEN_INTENTS),
  timing,
  hardwareUuid: nullable(words(64)),
  formatMax: integer(1, 0xffff),
});

export const seatBody = record<SeatBody>({
  host: hostName,
  address: agentAddress,
  agent: hex64,
  term,
  phase: oneOf('claiming', 'holding', 'released'),
  heritage,
});

const rowsOfBoot = record<RowsOfBoot>({ boot: bootId, rows: list(count, MAX_ROWS_UNDER_WAY) });

const orderedHost = record<OrderedHost>({ host: hostName, agent: hex64 });

export const incidentRecord = record<IncidentRecord>({
  id: words(128),
  victim: hostName,
  victimBoot: bootId,
  term,
  sequence: count,
  phase: oneOf('declared', 'proving', 'evacuating', 'returning', 'closed'),
  hold: nullable(words(64)),
  proof: nullable(oneOf('power', 'lease', 'storage', 'reboot', 'operator', 'silence')),
  confirmedBy: nullable(words(128)),
  migrationIdAtDeclaration: nullable(count),
  forcedDownBy: nullable(oneOf('vigil-asked', 'vigil', 'somebody-else')),
  underWay: list(rowsOfBoot, MAX_BOOTS_UNDER_WAY),
  ordered: list(orderedHost, MAX_HOSTS_ORDERED),
});

export const superblock = record<Superblock>({
  format: integer(1, 0xffff),
  volumeUuid: uuid,
  cluster: clusterName,
  slots: integer(1, MAX_SLOTS),
  seats: integer(1, MAX_SEATS),
  leaseVolumes: oneOf(0, 1, 3),
  coordination: oneOf('volume', 'etcd'),
  generation: count,
});
