import { connect, isIP } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { errno } from '../../config/errno.ts';
import type { ProbeTarget } from '../../core/input.ts';
import type { ProbeAnswer } from '../../core/wire/records.ts';
import type { HostKeys } from '../tls/load-keys.ts';
import { mustBe } from '../tls/peer.ts';
import { ping } from './ping.ts';
import { KERNEL_ANSWERS, OWN_FAILURES, tcpAnswers } from './tcp.ts';

/** Probes at once; beyond it none is begun, which says nothing about anybody. */
export const MAX_PROBES_OPEN = 128;

/** How long a finished probe waits for its connection to end in order. */
const GOODBYE_MS = 1_000;

export interface ProberOptions {
  readonly cluster: string;
  readonly tls: HostKeys['tls'];
  /** Address of this host on the management network. */
  readonly localAddress: string;
  /** From `findPing`; null: no ICMP. */
  readonly pingProgram: string | null;
  /** False where something else answers in the place of hosts: only a finished TLS handshake counts then. */
  readonly kernelAnswersProveLife: boolean;
  readonly onLimit: () => void;
}

export interface Prober {
  /** Null: it could not be tried, which is not the same as no answer. */
  probe(target: ProbeTarget, deadlineMs: number): Promise<ProbeAnswer | null>;
}

/**
 * A finished TLS handshake under the host's own name proves its agent. A refusal, a reset, an accepted connection
 * without TLS or an ICMP echo prove its kernel. Names are never resolved.
 */
export function createProber(options: ProberOptions): Prober {
  let open = 0;
  return {
    async probe(target, deadlineMs) {
      if (open >= MAX_PROBES_OPEN) {
        options.onLimit();
        return null;
      }
      open += 1;
      try {
        return 'isolation' in target
          ? await probeIsolation(options, target.isolation, deadlineMs)
          : await probeHost(options, target, deadlineMs);
      } finally {
        open -= 1;
      }
    },
  };
}

async function probeHost(
  options: ProberOptions,
  target: Exclude<ProbeTarget, { readonly isolation: string }>,
  deadlineMs: number,
): Promise<ProbeAnswer | null> {
  if (isIP(target.ip) === 0) return null;
  const handshaking = probeAgent(options, target, deadlineMs);
  if (!options.kernelAnswersProveLife) return (await handshaking) === 'agent' ? 'agent' : 'none';
  const echo = echoFrom(options, target.ip, deadlineMs);
  const handshake = await handshaking;
  if (handshake === 'agent' || handshake === 'kernel') return handshake;
  return (await echo) === true ? 'kernel' : handshake;
}

async function probeAgent(
  options: ProberOptions,
  target: Exclude<ProbeTarget, { readonly isolation: string }>,
  deadlineMs: number,
): Promise<ProbeAnswer | null> {
  return new Promise((resolve) => {
    let isAccepted = false;
    const tcp = connect({ host: target.ip, port: target.apiPort, localAddress: options.localAddress });
    const socket = tlsConnect({
      ...options.tls,
      socket: tcp,
      servername: target.host,
      checkServerIdentity: mustBe(options.cluster, target.host),
      minVersion: 'TLSv1.3',
    });
    const settle = (answer: ProbeAnswer | null): void => {
      clearTimeout(timer);
      socket.destroy();
      tcp.destroy();
      resolve(answer);
    };
    // Accepted and then silent is a kernel with a stuck agent.
    const timer = setTimeout(() => settle(isAccepted ? 'kernel' : 'none'), deadlineMs);
    tcp.once('connect', () => {
      isAccepted = true;
    });
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      resolve(socket.authorized ? 'agent' : 'kernel');
      // Torn down at once, it would look to the other like somebody who refuses its certificate.
      const giveUp = setTimeout(() => settle(null), GOODBYE_MS).unref();
      socket.once('close', () => clearTimeout(giveUp));
      socket.end();
    });
    const onError = (error: Error): void => {
      if (isAccepted || KERNEL_ANSWERS.has(errno(error))) settle('kernel');
      else settle(OWN_FAILURES.has(errno(error)) ? null : 'none');
    };
    // Whichever of the two tells it; settling twice changes nothing.
    tcp.on('error', onError);
    socket.on('error', onError);
  });
}

async function probeIsolation(
  options: ProberOptions,
  address: string,
  deadlineMs: number,
): Promise<ProbeAnswer | null> {
  const answered = address.startsWith('icmp:')
    ? await echoFrom(options, address.slice(5), deadlineMs)
    : await tcpIsolation(options, address, deadlineMs);
  if (answered === null) return null;
  return answered ? 'kernel' : 'none';
}

async function tcpIsolation(
  options: ProberOptions,
  address: string,
  deadlineMs: number,
): Promise<boolean | null> {
  const colon = address.lastIndexOf(':');
  const ip = address.slice('tcp:'.length, colon).replace(/^\[|\]$/g, '');
  return isIP(ip) === 0
    ? null
    : tcpAnswers(options.localAddress, ip, Number(address.slice(colon + 1)), deadlineMs);
}

async function echoFrom(options: ProberOptions, ip: string, deadlineMs: number): Promise<boolean | null> {
  if (options.pingProgram === null || isIP(ip) === 0) return null;
  return ping(options.pingProgram, options.localAddress, ip, deadlineMs);
}
