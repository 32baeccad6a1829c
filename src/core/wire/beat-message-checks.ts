/** Validators of beat-messages.ts: neither side of the socket believes the other's words unseen. */
import { parseJson } from '../lib/ascii.ts';
import {
  type Check,
  type Checked,
  bool,
  byKind,
  integer,
  list,
  nullable,
  oneOf,
  record,
  text,
} from '../lib/check.ts';
import { type AgentMessage, type BeatMessage, type BlockReport, MAX_DETAIL_LENGTH } from './beat-messages.ts';
import { MAX_PAYLOAD_BYTES } from './layout.ts';
import { type DamageReason, VOLUME_ERROR_CODES, type VolumeError } from './observations.ts';
import { MAX_DURATION_MS, MAX_SLOTS, bootId, count, hex64, superblock } from './record-checks.ts';
import { type BlockHeader, MAX_SEATS } from './records.ts';

const BASE64_MAX = Math.ceil(MAX_PAYLOAD_BYTES / 3) * 4;
const payload = text({
  minLength: 0,
  maxLength: BASE64_MAX,
  pattern: /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  expected: `base64 of at most ${MAX_PAYLOAD_BYTES} bytes`,
});
const id = count;
const detail = text({
  minLength: 0,
  maxLength: MAX_DETAIL_LENGTH,
  expected: `text of at most ${MAX_DETAIL_LENGTH} characters`,
});
const whatToRead = oneOf('seats', 'slots', 'cells');
const timeMs: Check<number> = count;

const agentMessage = byKind<AgentMessage>({
  who: record({ kind: oneOf('who') }),
  hello: record({ kind: oneOf('hello'), agent: hex64 }),
  alive: record({ kind: oneOf('alive'), agent: hex64 }),
  body: record({ kind: oneOf('body'), id, untilMs: timeMs, payload, leaving: bool }),
  seat: record({ kind: oneOf('seat'), id, untilMs: timeMs, payload }),
  read: record({ kind: oneOf('read'), id, untilMs: timeMs, what: list(whatToRead, 3) }),
  cell: record({
    kind: oneOf('cell'),
    id,
    untilMs: timeMs,
    slot: integer(0, MAX_SLOTS - 1),
    which: integer(0, 1),
    payload,
  }),
  watch: record({ kind: oneOf('watch'), slots: bool }),
});

const header = record<BlockHeader>({
  kind: oneOf('superblock', 'seat', 'slot', 'cell'),
  owner: hex64,
  boot: bootId,
  incarnation: count,
  counter: count,
  agentSilentMs: integer(0, MAX_DURATION_MS),
  given: bool,
});
const placeText = text({ minLength: 0, maxLength: 200, expected: 'text of at most 200 characters' });
const damage: Check<DamageReason> = (value, path) => {
  const code: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'code') : undefined;
  switch (code) {
    case 'newer-format':
      return record({ code: oneOf('newer-format'), format: count })(value, path);
    case 'bad-field':
      return record({ code: oneOf('bad-field'), path: placeText, expected: placeText })(value, path);
    case 'misplaced':
      return record({ code: oneOf('misplaced'), writtenFor: count })(value, path);
    default:
      return record({ code: oneOf('bad-magic', 'header-checksum', 'torn', 'bad-mac') })(value, path);
  }
};
const blockReport = record<BlockReport>({
  index: integer(0, 2 * MAX_SLOTS - 1),
  header: nullable(header),
  payload: nullable(payload),
  damaged: nullable(damage),
});
/** An older beat does not tell it. */
const blockIfTold: Check<BlockReport | null> = (value, path) =>
  nullable(blockReport)(value === undefined ? null : value, path);
const seats = list(blockReport, MAX_SEATS);
const slots = list(blockReport, MAX_SLOTS);
const cells = list(blockReport, 2 * MAX_SLOTS);
const errorCode = oneOf(...VOLUME_ERROR_CODES);
const beatError = record<VolumeError>({ code: errorCode, detail });
const written = record<Extract<BeatMessage, { kind: 'body-written' | 'cell-written' }>>({
  kind: oneOf('body-written', 'cell-written'),
  id,
  begunMs: timeMs,
  endedMs: timeMs,
});
type Kind<Name extends BeatMessage['kind']> = Extract<BeatMessage, { readonly kind: Name }>;
const beatChecks = new Map<unknown, Check<BeatMessage>>([
  [
    'welcome',
    record<Kind<'welcome'>>({
      kind: oneOf('welcome'),
      superblock,
      slotIndex: nullable(integer(0, MAX_SLOTS - 1)),
      seatIndex: nullable(integer(0, MAX_SEATS - 1)),
      incarnation: count,
      boot: bootId,
      payload: nullable(payload),
      given: bool,
    }),
  ],
  [
    'beat',
    record<Kind<'beat'>>({
      kind: oneOf('beat'),
      counter: count,
      begunMs: timeMs,
      endedMs: timeMs,
      wroteMs: nullable(timeMs),
      error: nullable(beatError),
      seats: nullable(seats),
      slots: nullable(slots),
      droppedReadings: count,
    }),
  ],
  ['body-written', written],
  ['cell-written', written],
  [
    'seat-written',
    record<Kind<'seat-written'>>({
      kind: oneOf('seat-written'),
      id,
      begunMs: timeMs,
      writtenMs: timeMs,
      endedMs: timeMs,
      seats,
    }),
  ],
  [
    'read-done',
    record<Kind<'read-done'>>({
      kind: oneOf('read-done'),
      id,
      begunMs: timeMs,
      endedMs: timeMs,
      seats: nullable(seats),
      slots: nullable(slots),
      cells: nullable(cells),
    }),
  ],
  ['failed', record<Kind<'failed'>>({ kind: oneOf('failed'), id, code: errorCode, detail })],
  [
    'stopped',
    record<Kind<'stopped'>>({
      kind: oneOf('stopped'),
      reason: oneOf('foreign-writer'),
      detail,
      block: blockIfTold,
    }),
  ],
  ['is', record<Kind<'is'>>({ kind: oneOf('is'), boot: bootId, incarnation: nullable(count) })],
]);

export function parseAgentMessage(json: string): Checked<AgentMessage> {
  return agentMessage(parseJson(json), '');
}

export function parseBeatMessage(json: string): Checked<BeatMessage> {
  const value = parseJson(json);
  const kind: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'kind') : undefined;
  const check = beatChecks.get(kind);
  return check === undefined
    ? { ok: false, path: 'kind', expected: `one of ${[...beatChecks.keys()].join(', ')}` }
    : check(value, '');
}
