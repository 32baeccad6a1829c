/**
 * The datagrams between a slave and its master. Byte layout: docs/protocol.md.
 *
 * Reading takes two steps: {@link peekDatagram} tells who it claims to be from, so that the key can be chosen;
 * {@link openDatagram} believes nothing else before the MAC has been checked.
 */
import { decodeAscii, decodeJson, encodeAscii, encodeJson } from '../lib/ascii.ts';
import { concat, equalBytes, fromHex, isCount, readCount, toHex, viewOf, writeCount } from '../lib/bytes.ts';
import { type Check, bool, nullable, optional, record, text } from '../lib/check.ts';
import { agentAddress, hostName, leaving, role, timing, view } from './record-checks.ts';
import type {
  AgentAddress,
  AgentIncarnation,
  BootId,
  HostName,
  Leaving,
  PublishedTiming,
  SlotBody,
  Term,
  View,
} from './records.ts';

export const MAX_DATAGRAM_BYTES = 1_400;
export const DATAGRAM_VERSION = 1;
const MAGIC = 'VGH1';
const NAME_OFFSET = 72;
const MAC_BYTES = 32;
const FLAG_LEAVING = 1;
const KINDS = ['heartbeat', 'echo', 'announce'] as const;

interface DatagramHeader {
  /** First 64 bits of SHA-256 of the cluster's name, in hex. */
  readonly cluster: string;
  /** The sender. */
  readonly host: HostName;
  readonly boot: BootId;
  readonly agent: AgentIncarnation;
  /** Grows with each datagram of this agent; (agent, counter) is never used twice. */
  readonly counter: number;
  readonly term: Term;
  /** 64 bits in hex: what the master issued last to this host; in an echo or announcement what it issues now. */
  readonly nonce: string;
  /** In an echo, the heartbeat's counter; else 0. */
  readonly echoedCounter: number;
  readonly leaving: boolean;
}

export interface HeartbeatBody {
  readonly view: View;
  readonly address: AgentAddress;
  readonly eligible: boolean;
  readonly role: SlotBody['role'];
  readonly leaving: Leaving | null;
  readonly timing: PublishedTiming;
}

export interface MasterBody {
  readonly address: AgentAddress;
  /** What the master takes the addressed host for. */
  readonly verdict?: string;
}

/** A heartbeat goes to the master, authenticated by the sender's key. */
export type Heartbeat = DatagramHeader & { readonly kind: 'heartbeat'; readonly body: HeartbeatBody };
/** The master's answer to one heartbeat, authenticated by the key of the host it is sent to. */
export type Echo = DatagramHeader & { readonly kind: 'echo'; readonly body: MasterBody };
/** A new master to a host that does not know it yet, authenticated by the key of the host it is sent to. */
export type Announce = DatagramHeader & { readonly kind: 'announce'; readonly body: MasterBody };
export type Datagram = Heartbeat | Echo | Announce;

export type DatagramFault =
  | 'too-short'
  | 'too-long'
  | 'bad-magic'
  | 'newer-version'
  | 'bad-kind'
  | 'bad-name'
  | 'bad-length'
  | 'bad-mac'
  | 'bad-field';

export type DatagramEncoded =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly path: string; readonly expected: string };

export type DatagramPeeked =
  | { readonly ok: true; readonly kind: Datagram['kind']; readonly cluster: string; readonly host: HostName }
  | { readonly ok: false; readonly fault: DatagramFault; readonly detail: string };

export type DatagramOpened =
  | { readonly ok: true; readonly datagram: Datagram }
  | { readonly ok: false; readonly fault: DatagramFault; readonly detail: string };

/** Bytes for the JSON. */
export function roomInDatagram(host: HostName): number {
  return MAX_DATAGRAM_BYTES - MAC_BYTES - NAME_OFFSET - 1 - host.length - 2;
}

export type Mac = (data: Uint8Array) => Uint8Array;

const heartbeatBody = record<HeartbeatBody>({
  view,
  address: agentAddress,
  eligible: bool,
  role,
  leaving: nullable(leaving),
  timing,
});
const verdict = text({ minLength: 1, maxLength: 64, expected: 'text of 1 to 64 characters' });
const masterBody = record<MasterBody>({
  address: agentAddress,
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `record` leaves undefined out
  verdict: optional(verdict) as Check<string>,
});

export function encodeDatagram(datagram: Datagram, mac: Mac): DatagramEncoded {
  const name = encodeAscii(datagram.host);
  const fields = [
    ['cluster', 8],
    ['boot', 16],
    ['agent', 8],
    ['nonce', 8],
  ] as const;
  for (const [field, bytes] of fields) {
    if (fromHex(datagram[field], bytes) === null) {
      return { ok: false, path: field, expected: `${bytes * 2} lower-case hex digits` };
    }
  }
  for (const field of ['counter', 'term', 'echoedCounter'] as const) {
    if (!isCount(datagram[field])) return { ok: false, path: field, expected: 'a whole number below 2^53' };
  }
  const checkedName = hostName(datagram.host, 'host');
  if (!checkedName.ok || name === null) return { ok: false, path: 'host', expected: 'a host name' };
  const body = (datagram.kind === 'heartbeat' ? heartbeatBody : masterBody)(datagram.body, 'body');
  if (!body.ok) return body;

  const head = new Uint8Array(NAME_OFFSET);
  const numbers = viewOf(head);
  head.set(encodeAscii(MAGIC) ?? []);
  numbers.setUint16(4, DATAGRAM_VERSION, true);
  head[6] = KINDS.indexOf(datagram.kind) + 1;
  head[7] = datagram.leaving ? FLAG_LEAVING : 0;
  head.set(fromHex(datagram.cluster, 8) ?? [], 8);
  head.set(fromHex(datagram.boot, 16) ?? [], 16);
  head.set(fromHex(datagram.agent, 8) ?? [], 32);
  writeCount(numbers, 40, datagram.counter);
  writeCount(numbers, 48, datagram.term);
  head.set(fromHex(datagram.nonce, 8) ?? [], 56);
  writeCount(numbers, 64, datagram.echoedCounter);
  const json = encodeJson(body.value);
  const length = Uint8Array.of(json.length & 0xff, json.length >> 8);
  const signed = concat(head, Uint8Array.of(name.length), name, length, json);
  if (signed.length + MAC_BYTES > MAX_DATAGRAM_BYTES) {
    return { ok: false, path: 'body', expected: `a datagram of at most ${MAX_DATAGRAM_BYTES} bytes` };
  }
  return { ok: true, bytes: concat(signed, mac(signed)) };
}

/** Believe the answer only after {@link openDatagram}. */
export function peekDatagram(bytes: Uint8Array): DatagramPeeked {
  if (bytes.length < NAME_OFFSET + 1 + 1 + 2 + MAC_BYTES) return fault('too-short', `${bytes.length} bytes`);
  if (bytes.length > MAX_DATAGRAM_BYTES) return fault('too-long', `${bytes.length} bytes`);
  if (decodeAscii(bytes.subarray(0, 4)) !== MAGIC) return fault('bad-magic', 'not a datagram of Vigil');
  const version = viewOf(bytes).getUint16(4, true);
  if (version > DATAGRAM_VERSION) return fault('newer-version', `version ${version}`);
  if (version < 1) return fault('bad-field', 'version: 1 or later');
  const kind = KINDS[(bytes[6] ?? 0) - 1];
  if (kind === undefined) return fault('bad-kind', `kind ${bytes[6]}`);
  const nameEnd = NAME_OFFSET + 1 + (bytes[NAME_OFFSET] ?? 0);
  const name = hostName(decodeAscii(bytes.subarray(NAME_OFFSET + 1, nameEnd)), 'host');
  if (!name.ok) return fault('bad-name', name.expected);
  return { ok: true, kind, cluster: toHex(bytes.subarray(8, 16)), host: name.value };
}

export function openDatagram(bytes: Uint8Array, mac: Mac): DatagramOpened {
  const peeked = peekDatagram(bytes);
  if (!peeked.ok) return peeked;
  const signed = bytes.subarray(0, bytes.length - MAC_BYTES);
  if (!equalBytes(mac(signed), bytes.subarray(signed.length))) return fault('bad-mac', `from ${peeked.host}`);

  const numbers = viewOf(bytes);
  const jsonStart = NAME_OFFSET + 1 + peeked.host.length + 2;
  if (jsonStart > signed.length || numbers.getUint16(jsonStart - 2, true) !== signed.length - jsonStart) {
    return fault('bad-length', 'the length of the JSON part');
  }
  const flags = bytes[7] ?? 0;
  const counter = readCount(numbers, 40);
  const term = readCount(numbers, 48);
  const echoedCounter = readCount(numbers, 64);
  if (counter === null || term === null || echoedCounter === null) {
    return fault('bad-field', 'counter, term or echoedCounter: below 2^53');
  }
  const header: DatagramHeader = {
    cluster: peeked.cluster,
    host: peeked.host,
    boot: toHex(bytes.subarray(16, 32)),
    agent: toHex(bytes.subarray(32, 40)),
    counter,
    term,
    nonce: toHex(bytes.subarray(56, 64)),
    echoedCounter,
    // Other flags are a later version's business.
    leaving: (flags & FLAG_LEAVING) !== 0,
  };
  const json = decodeJson(signed.subarray(jsonStart));
  if (peeked.kind === 'heartbeat') {
    const body = heartbeatBody(json, 'body');
    return body.ok
      ? { ok: true, datagram: { kind: peeked.kind, ...header, body: body.value } }
      : fault('bad-field', `${body.path}: ${body.expected}`);
  }
  const body = masterBody(json, 'body');
  return body.ok
    ? { ok: true, datagram: { kind: peeked.kind, ...header, body: body.value } }
    : fault('bad-field', `${body.path}: ${body.expected}`);
}

function fault(code: DatagramFault, detail: string): { ok: false; fault: DatagramFault; detail: string } {
  return { ok: false, fault: code, detail };
}
