import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotBody } from '../../../test/world/fixtures.ts';
import { testMac } from '../../../test/volume/arbitraries.ts';
import { encodeDatagram, type HeartbeatBody } from './datagram.ts';
import { fitHeartbeat, fitSlot } from './fit.ts';
import { encodePayload, payloads } from './payload.ts';
import {
  type Intent,
  MAX_ISOLATION_ADDRESSES,
  MAX_NEIGHBOURS_IN_VIEW,
  MAX_OPEN_INTENTS,
  MAX_VOLUMES,
  type ProbeAnswer,
  type SlotBody,
  type View,
} from './records.ts';

const mac = testMac('key');
const HOST = 'h'.repeat(63);
const UUID = '0123abcd-0123-abcd-0123-0123456789ab';
const TERM = 2 ** 32;

function many<Item>(count: number, make: (n: number) => Item): Item[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

const isolation = many(MAX_ISOLATION_ADDRESSES, (n) => ({
  address: `tcp:[2001:0db8:0001:0002:0003:0004:0005:000${n}]:65535`,
  answered: false,
}));

/** As long as the configuration allows it. */
function longView(...answers: readonly ProbeAnswer[]): View {
  return {
    master: HOST,
    neighbours: many(MAX_NEIGHBOURS_IN_VIEW, (n) => ({
      host: `${n}${HOST.slice(1)}`,
      answer: answers[n % answers.length] ?? 'none',
    })),
    isolation,
    volumes: many(MAX_VOLUMES, (n) => ({ uuid: UUID, name: `${n}${'v'.repeat(30)}`, writable: false })),
  };
}

const address = { ip: '2001:0db8:0001:0002:0003:0004:0005:0006', udpPort: 65_535, apiPort: 65_535 };
const timing = { beatMs: 5_000, networkLostMs: 20_000, volumeLostMs: 40_000 };
const leaving = { why: 'agent-restart', expiresMs: 2 ** 32 - 1 } as const;

const intents = many(
  MAX_OPEN_INTENTS,
  (n): Intent => ({
    incident: `${HOST}-${TERM}-${2 ** 31}`,
    vm: `${n}${UUID.slice(1)}`,
    attempt: 9_999,
    term: TERM,
    phase: 'intended',
  }),
);

function longSlot(view: View): SlotBody {
  return slotBody(HOST, {
    address,
    eligible: false,
    failureDomain: 'ü'.repeat(63),
    agent: '0123456789abcdef',
    continues: '0123456789abcdef',
    termSeen: TERM,
    fit: false,
    view,
    leaving,
    unjudged: '0'.repeat(32),
    sequence: 2 ** 52,
    maintenance: {
      sequence: 2 ** 52,
      declared: { by: 'ü'.repeat(64), why: 'ü'.repeat(200), recover: false },
    },
    intents,
    timing,
    hardwareUuid: UUID,
  });
}

const isHeard = ({ neighbours }: View): boolean => neighbours.some(({ answer }) => answer !== 'none');

const encodedSlot = (body: SlotBody) =>
  encodePayload(
    payloads.slot,
    { volumeUuid: UUID, index: 16_383, boot: '0'.repeat(32), writer: HOST },
    body,
    mac,
  );

const beat = (body: HeartbeatBody) =>
  encodeDatagram(
    {
      kind: 'heartbeat',
      cluster: '0'.repeat(16),
      host: HOST,
      boot: '0'.repeat(32),
      agent: '0123456789abcdef',
      counter: 2 ** 52,
      term: TERM,
      nonce: '0'.repeat(16),
      echoedCounter: 0,
      leaving: true,
      body,
    },
    mac,
  );

for (const answers of [['none'], ['none', 'none', 'kernel', 'agent'], ['kernel']] as const) {
  void test(`the longest slot fits, with all that others rest on, where neighbours answer ${answers.join()}`, () => {
    const full = longSlot(longView(...answers));
    assert.equal(encodedSlot(full).ok, false);
    const body = fitSlot(full);
    const encoded = encodedSlot(body);
    assert.ok(encoded.ok, encoded.ok ? '' : encoded.expected);
    const { intents: open, unjudged, maintenance, view } = body;
    assert.deepEqual({ open, unjudged }, { open: intents, unjudged: full.unjudged });
    assert.equal(maintenance.sequence, full.maintenance.sequence);
    assert.equal(view.volumes.length, MAX_VOLUMES);
    assert.equal(isHeard(view), isHeard(full.view));
  });

  void test(`the longest heartbeat fits, where neighbours answer ${answers.join()}`, () => {
    const full = {
      view: longView(...answers),
      address,
      eligible: false,
      role: 'compute',
      leaving,
      timing,
    } as const;
    assert.equal(beat(full).ok, false);
    const body = fitHeartbeat(HOST, full);
    const encoded = beat(body);
    assert.ok(encoded.ok, encoded.ok ? '' : encoded.expected);
    assert.equal(body.view.volumes.length, MAX_VOLUMES);
    assert.equal(isHeard(body.view), isHeard(full.view));
  });
}

void test('what there is room for is left as it is', () => {
  const short = (view: View): View => ({
    ...view,
    neighbours: view.neighbours.map(({ host, ...rest }) => ({ ...rest, host: host.slice(0, 20) })),
    isolation: view.isolation.slice(0, 1),
    volumes: view.volumes.slice(0, 3),
  });
  const view = short(longView('none', 'agent'));
  const body = slotBody('h1', { view, intents });
  assert.equal(fitSlot(body), body);
  const heartbeat = { view, address, eligible: true, role: 'compute', leaving, timing } as const;
  assert.equal(fitHeartbeat('h1', heartbeat), heartbeat);
});
