/** The management network: who reaches whom, and what happens to datagrams on the way. */
import type { Random } from '../../src/core/lib/random.ts';
import type { WorldHost } from './host.ts';

export class WorldNetwork {
  /** `a>b`: nothing of a reaches b. */
  readonly oneWay = new Set<string>();
  /** Of a datagram, in percent. */
  lossPercent = 0;
  delayMsMax = 0;

  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  reaches(from: WorldHost, to: WorldHost): boolean {
    if (!from.power || !to.power) return false;
    if (from === to) return true;
    return from.network !== 0 && from.network === to.network && !this.oneWay.has(`${from.name}>${to.name}`);
  }

  /** A connection needs both ways. */
  connected(a: WorldHost, b: WorldHost): boolean {
    return this.reaches(a, b) && this.reaches(b, a);
  }

  reachesNova(host: WorldHost): boolean {
    return host.power && host.network === 1;
  }

  /** Milliseconds until a datagram arrives; null if it is lost. */
  datagram(from: WorldHost, to: WorldHost): number | null {
    if (from !== to && this.random.below(100) < this.lossPercent) return null;
    if (!this.reaches(from, to)) return null;
    return 1 + (from === to ? 0 : this.random.below(this.delayMsMax + 1));
  }
}
