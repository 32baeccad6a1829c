/** Somebody on the management network who keeps datagrams and sends them again. He has no key, so he makes none of his own. */
import type { Datagram } from '../src/core/wire/datagram.ts';
import type { SimHost } from './host.ts';
import type { World } from './world.ts';

interface Overheard {
  readonly to: SimHost;
  readonly datagram: Datagram;
}

const KEPT_MAX = 200;
const EACH_MS = 1_000;
const STRANGER_IP = '10.255.0.66';

export class Eavesdropper {
  /** By sender; the last that it has sent. */
  private readonly kept = new Map<string, Overheard[]>();

  overhear(host: string): void {
    if (!this.kept.has(host)) this.kept.set(host, []);
  }

  note(from: SimHost, to: SimHost, datagram: Datagram): void {
    const kept = this.kept.size === 0 ? undefined : this.kept.get(from.name);
    if (kept === undefined) return;
    kept.push({ to, datagram });
    if (kept.length > KEPT_MAX) kept.shift();
  }

  replay(world: World, host: string, untilMs: number): void {
    const kept = [...(this.kept.get(host) ?? [])];
    const again = (): void => {
      if (world.clock.now > untilMs) return;
      world.clock.after(EACH_MS, again);
      for (const { to, datagram } of kept)
        world.feed(to, to.agentLife, { kind: 'datagram', now: 0, datagram, fromIp: STRANGER_IP });
    };
    again();
  }
}
