/** The management network: who reaches whom, and what happens to datagrams and connections on the way. */
import type { Random } from '../src/core/lib/random.ts';
import type { SimHost } from './host.ts';

/** The side of the network with nova and the isolation address; a host cut off is on none. */
export const FIRST_SIDE = 1;
export const NO_SIDE = 0;

export class SimNetwork {
  /** `a>b`: nothing of a reaches b. */
  readonly oneWay = new Set<string>();
  /** Hosts that do not reach nova's API. */
  readonly withoutNova = new Set<string>();
  /** By master: how much later its orders arrive. */
  readonly ordersLateMs = new Map<string, number>();
  /** Of a packet, in percent. Datagrams are gone with it; what TCP carries comes later. */
  lossPercent = 0;
  duplicatePercent = 0;
  /** Delays are drawn up to it, and so reorder datagrams. */
  delayMsMax = 0;
  isolationAddressAlive = true;
  /** The message bus between nova and its nova-computes. */
  busUp = true;

  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  reaches(from: SimHost, to: SimHost): boolean {
    if (!isRunning(from) || !isRunning(to)) return false;
    if (from === to) return true;
    if (from.network === NO_SIDE || from.network !== to.network) return false;
    return this.oneWay.size === 0 || !this.oneWay.has(`${from.name}>${to.name}`);
  }

  /** A connection needs both ways. */
  connected(a: SimHost, b: SimHost): boolean {
    return this.reaches(a, b) && this.reaches(b, a);
  }

  reachesNova(host: SimHost): boolean {
    return isRunning(host) && host.network === FIRST_SIDE && !this.withoutNova.has(host.name);
  }

  reachesIsolationAddress(host: SimHost): boolean {
    return isRunning(host) && host.network === FIRST_SIDE && this.isolationAddressAlive;
  }

  /** nova-compute reports, and takes what it is asked for. */
  reachesBus(host: SimHost): boolean {
    return isRunning(host) && host.network === FIRST_SIDE && this.busUp;
  }

  /** Milliseconds until each copy of a datagram arrives; none if it is lost. */
  datagram(from: SimHost, to: SimHost): readonly number[] {
    if (!this.reaches(from, to)) return NEVER;
    if (from === to || this.isClean()) return AT_ONCE;
    if (this.loses()) return NEVER;
    const copies = this.random.below(100) < this.duplicatePercent ? 2 : 1;
    return Array.from({ length: copies }, () => 1 + this.random.below(this.delayMsMax + 1));
  }

  /** How much longer a connection takes than where nothing is lost or late. */
  connectDelayMs(): number {
    return this.isClean() ? 0 : this.roundTripMs(SYN_AGAIN_MS);
  }

  /** The same of one message over it. */
  messageDelayMs(): number {
    return this.isClean() ? 0 : this.roundTripMs(SEGMENT_AGAIN_MS);
  }

  /** An echo of the isolation address; null: it is lost. */
  echoDelayMs(): number | null {
    if (this.isClean()) return 0;
    return this.loses() || this.loses() ? null : this.random.below(2 * this.delayMsMax + 1);
  }

  /** A connection on which an answer is waited for breaks: whoever waits does not learn what became of the question. */
  breaks(): boolean {
    return this.lossPercent > 0 && this.random.below(BROKEN_OF) < this.lossPercent;
  }

  /** Sent again when its acknowledgement is missed, each time after twice as long. */
  private roundTripMs(againMs: number): number {
    let delayMs = this.random.below(2 * this.delayMsMax + 1);
    for (let waitMs = againMs; waitMs < TCP_AGAIN_MS_MAX && (this.loses() || this.loses()); waitMs *= 2)
      delayMs += waitMs;
    return delayMs;
  }

  private isClean(): boolean {
    return this.lossPercent === 0 && this.delayMsMax === 0 && this.duplicatePercent === 0;
  }

  private loses(): boolean {
    return this.random.below(100) < this.lossPercent;
  }
}

/** Linux' first time-outs, and its longest. */
const SYN_AGAIN_MS = 1_000;
const SEGMENT_AGAIN_MS = 200;
const TCP_AGAIN_MS_MAX = 120_000;
/** Of a hundred connections a quarter of the lost packets. */
const BROKEN_OF = 400;

const NEVER: readonly number[] = [];
const AT_ONCE: readonly number[] = [1];

/** Its kernel works: it has power and is not frozen. */
export const isRunning = (host: SimHost): boolean => host.power && !host.frozen;
