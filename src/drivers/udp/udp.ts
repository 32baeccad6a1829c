import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { errno } from '../../config/errno.ts';
import { portWords } from '../../config/port-words.ts';
import {
  type Datagram,
  type DatagramFault,
  encodeDatagram,
  openDatagram,
  peekDatagram,
} from '../../core/wire/datagram.ts';
import type { AgentAddress, HostName } from '../../core/wire/records.ts';
import type { HostKeys } from '../tls/load-keys.ts';
import { chooseKeys, type KeyChoice } from './key-choice.ts';
import type { Refusal } from './refusals.ts';

/** The kernel's default holds about 300 datagrams: a stall of 50 ms at 10,000 a second would lose some. */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Datagrams given to the kernel and not yet taken; a heartbeat that waits longer is worth nothing. */
export const MAX_SENDS_IN_FLIGHT = 4096;

export type DropReason = DatagramFault | 'other-cluster' | 'no-key';
export type SendFailure = 'no-key' | 'does-not-fit' | 'no-address' | 'busy' | 'socket';

/** What the driver counts; the composition gives counters. */
export interface UdpCounters {
  received(): void;
  sent(): void;
  dropped(reason: DropReason): void;
  sendFailed(reason: SendFailure): void;
  socketError(): void;
  keyCacheFull(): void;
}

export interface UdpOptions {
  readonly ip: string;
  readonly port: number;
  readonly cluster: string;
  readonly clusterHash: string;
  readonly host: HostName;
  readonly keys: Pick<HostKeys, 'hostSecret' | 'clusterSecret'>;
  /** Authenticated and of this cluster. */
  readonly onDatagram: (datagram: Datagram, fromIp: string) => void;
  readonly onRefused: (refusal: Refusal) => void;
  readonly counters: UdpCounters;
}

export interface Udp {
  readonly port: number;
  /** What the kernel granted, which may be less than what was asked for. */
  readonly receiveBufferBytes: number;
  /** Never waits and never fails: a datagram that cannot be sent is counted. */
  send(datagram: Datagram, to: AgentAddress, host: HostName | null): void;
  close(): Promise<void>;
}

export type UdpOpened =
  | { readonly ok: true; readonly udp: Udp }
  | { readonly ok: false; readonly words: string };

export async function openUdp(options: UdpOptions): Promise<UdpOpened> {
  const socket = createSocket({
    type: isIP(options.ip) === 6 ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    lookup: addressesOnly,
  });
  const keys = chooseKeys({
    cluster: options.cluster,
    host: options.host,
    ...options.keys,
    onCacheFull: () => options.counters.keyCacheFull(),
  });
  const failed = await bind(socket, options);
  if (failed !== null)
    return { ok: false, words: portWords('UDP', options.ip, options.port, 'network.udp_port', failed) };
  socket.on('error', () => options.counters.socketError());
  socket.on('message', (bytes, from) => receive(options, keys, bytes, from.address));

  let inFlight = 0;
  let isClosed = false;
  return {
    ok: true,
    udp: {
      port: socket.address().port,
      receiveBufferBytes: socket.getRecvBufferSize(),
      send(datagram, to, host) {
        const encoded = isClosed ? null : encode(options, keys, datagram, to, host);
        if (encoded === null) return;
        if (inFlight >= MAX_SENDS_IN_FLIGHT) {
          options.counters.sendFailed('busy');
          return;
        }
        inFlight += 1;
        socket.send(encoded, to.udpPort, to.ip, (error) => {
          inFlight -= 1;
          if (error === null) options.counters.sent();
          else options.counters.sendFailed('socket');
        });
      },
      close: async () =>
        new Promise((resolve) => {
          if (isClosed) return resolve();
          isClosed = true;
          socket.close(() => resolve());
        }),
    },
  };
}

function receive(options: UdpOptions, keys: KeyChoice, bytes: Uint8Array, from: string): void {
  options.counters.received();
  const refuse = (code: DropReason, words: string): void => {
    options.counters.dropped(code);
    options.onRefused({ door: 'udp', code, from, words });
  };
  const peeked = peekDatagram(bytes);
  if (!peeked.ok) return refuse(peeked.fault, peeked.detail);
  if (peeked.cluster !== options.clusterHash)
    return refuse('other-cluster', `heartbeat of another cluster, host ${peeked.host}`);
  const key = keys.choose(peeked.kind, peeked.host, options.host);
  if (key === null)
    return refuse('no-key', `${peeked.kind} of ${peeked.host}, but this host is not eligible`);
  const opened = openDatagram(bytes, key);
  if (!opened.ok) {
    const words =
      opened.fault === 'bad-mac'
        ? `${peeked.kind} in the name of ${peeked.host} with a wrong key`
        : opened.detail;
    return refuse(opened.fault, words);
  }
  if (peeked.kind === 'heartbeat') keys.keep(peeked.host, key);
  options.onDatagram(opened.datagram, from);
}

function encode(
  options: UdpOptions,
  keys: KeyChoice,
  datagram: Datagram,
  to: AgentAddress,
  host: HostName | null,
): Uint8Array | null {
  const fail = (reason: SendFailure): null => {
    options.counters.sendFailed(reason);
    return null;
  };
  if (isIP(to.ip) === 0) return fail('no-address');
  // Only the key of the host it goes to authenticates a master's answer; a heartbeat carries the sender's.
  if (host === null && datagram.kind !== 'heartbeat') return fail('no-key');
  const key = keys.choose(datagram.kind, datagram.host, host ?? '');
  if (key === null) return fail('no-key');
  if (datagram.kind !== 'heartbeat' && host !== null) keys.keep(host, key);
  const encoded = encodeDatagram(datagram, key);
  return encoded.ok ? encoded.bytes : fail('does-not-fit');
}

async function bind(socket: Socket, options: UdpOptions): Promise<string | null> {
  return new Promise((resolve) => {
    const onError = (error: Error): void => {
      socket.close();
      resolve(errno(error));
    };
    socket.once('error', onError);
    socket.bind({ address: options.ip, port: options.port, exclusive: true }, () => {
      socket.removeListener('error', onError);
      resolve(null);
    });
  });
}

/** A look-up of a name would need services that may be what failed, and a thread that may hang. */
function addressesOnly(
  hostname: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  const family = isIP(hostname);
  const error =
    family === 0 ? Object.assign(new Error('names are not resolved'), { code: 'ENOTFOUND' }) : null;
  process.nextTick(callback, error, hostname, family);
}
