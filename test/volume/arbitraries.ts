/** Records with every field anywhere within its limits, for round trips and mutations. */
import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import type {
  AgentAddress,
  BlockHeader,
  IncidentRecord,
  Leaving,
  Maintenance,
  SeatBody,
  SlotBody,
  View,
} from '../../src/core/wire/records.ts';

export const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';

export function testMac(key: string): (data: Uint8Array) => Uint8Array {
  return (data) => createHmac('sha256', key).update(data).digest();
}

export function ownerOf(host: string): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 16);
}

/** Without fast-check's objects that have no prototype, which deepEqual tells from those of JSON. */
export function record<Fields extends object>(
  fields: {
    [Key in keyof Fields]: fc.Arbitrary<Fields[Key]>;
  },
): fc.Arbitrary<Fields> {
  return fc.record<Fields>(fields, { noNullPrototype: true });
}

const hexDigits = '0123456789abcdef'.split('');
export function hex(digits: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...hexDigits), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''));
}

export const host = fc
  .array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789.-'.split('')), {
    minLength: 1,
    maxLength: 63,
  })
  .map((all) => all.join(''));
export const count = fc.maxSafeNat();
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const port = fc.integer({ min: 1, max: 65_535 });
/** Any UTF-16, so that escaping is tried too. */
function words(maxLength: number): fc.Arbitrary<string> {
  return fc
    .string({ minLength: 1, maxLength: Math.min(maxLength, 20), unit: 'binary' })
    .map((all) => all.slice(0, maxLength));
}

export const address: fc.Arbitrary<AgentAddress> = record({
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  udpPort: port,
  apiPort: port,
});
export const leaving: fc.Arbitrary<Leaving> = record({
  why: fc.constantFrom('agent-restart', 'reboot', 'shutdown'),
  expiresMs: fc.option(u32),
});
const maintenance: fc.Arbitrary<Maintenance> = record({
  sequence: count,
  declared: fc.option(record({ by: words(64), why: fc.option(words(200)), recover: fc.boolean() })),
});
export const timing = record({
  beatMs: fc.integer({ min: 1, max: 60_000 }),
  networkLostMs: fc.integer({ min: 1, max: 60_000 }),
  volumeLostMs: fc.integer({ min: 1, max: 60_000 }),
});
export const view: fc.Arbitrary<View> = record({
  master: fc.option(host),
  neighbours: fc.array(record({ host, answer: fc.constantFrom('agent', 'kernel', 'none') }), {
    maxLength: 2,
  }),
  isolation: fc.array(record({ address: fc.ipV4(), answered: fc.boolean() }), { maxLength: 4 }),
  volumes: fc.array(record({ uuid: fc.constant(UUID), name: words(63), writable: fc.boolean() }), {
    maxLength: 3,
  }),
});

export const slotBody: fc.Arbitrary<SlotBody> = record({
  host,
  address,
  role: fc.constantFrom('compute', 'control'),
  eligible: fc.boolean(),
  failureDomain: fc.option(words(64)),
  agent: hex(16),
  continues: fc.option(hex(16)),
  termSeen: count,
  fit: fc.boolean(),
  view,
  leaving: fc.option(leaving),
  unjudged: fc.option(hex(32)),
  sequence: count,
  maintenance,
  intents: fc.array(
    record({
      incident: words(128),
      vm: fc.uuid(),
      attempt: fc.nat(),
      term: count,
      phase: fc.constantFrom('intended', 'posted'),
    }),
    { maxLength: 4 },
  ),
  timing,
  hardwareUuid: fc.option(fc.uuid()),
  formatMax: fc.integer({ min: 1, max: 9 }),
});

export const seatBody: fc.Arbitrary<SeatBody> = record({
  host,
  address,
  agent: hex(16),
  term: count,
  phase: fc.constantFrom('claiming', 'holding', 'released'),
  heritage: record({
    term: count,
    sequence: count,
    open: fc.array(record({ cause: words(200), severity: fc.constantFrom('info', 'warning', 'critical') }), {
      maxLength: 8,
    }),
  }),
});

export const incidentRecord: fc.Arbitrary<IncidentRecord> = record({
  id: words(128),
  victim: host,
  victimBoot: hex(32),
  term: count,
  sequence: count,
  phase: fc.constantFrom('declared', 'proving', 'evacuating', 'returning', 'closed'),
  hold: fc.option(words(64)),
  proof: fc.option(fc.constantFrom('power', 'lease', 'storage', 'reboot', 'operator', 'silence')),
  confirmedBy: fc.option(words(128)),
  migrationIdAtDeclaration: fc.option(count),
  forcedDownBy: fc.option(fc.constantFrom('vigil-asked', 'vigil', 'somebody-else')),
  underWay: fc.array(record({ boot: hex(32), rows: fc.array(count, { maxLength: 4 }) }), { maxLength: 8 }),
  ordered: fc.array(record({ host, agent: hex(16) }), { maxLength: 4 }),
});

export const header: fc.Arbitrary<BlockHeader> = record({
  kind: fc.constantFrom('seat', 'slot', 'cell'),
  owner: hex(16),
  boot: hex(32),
  incarnation: count,
  counter: count,
  agentSilentMs: u32,
  given: fc.boolean(),
});

/** One to four bytes of `bytes` changed to something else. */
export function mutated(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  return fc.uniqueArray(change, { minLength: 1, maxLength: 4, selector: ([at]) => at }).map((changes) => {
    const copy = Uint8Array.from(bytes);
    for (const [at, difference] of changes) copy[at] = (copy[at] ?? 0) ^ difference;
    return copy;
  });
}
