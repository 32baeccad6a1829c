/**
 * The relays that stand for the hosts' network links. All traffic to a host goes to its relay's address; what comes
 * from a host comes from its own. So a relay knows both ends, and cutting a host silences it both ways, without a
 * reset or a refusal, as an unplugged cable does.
 */
import type { HostLayout, Ports } from './layout.ts';
import { openTcpRelay, type TcpRelay } from './relay-tcp.ts';
import { openUdpRelay } from './relay-udp.ts';

/** The first ports to try; another demonstration on this machine may have them. */
const FIRST_PORT = 7410;
const PORT_STEP = 10;
const TRIES_MAX = 50;

export interface Relays {
  readonly ports: Ports;
  cut(host: string): void;
  heal(host: string): void;
  isCut(host: string): boolean;
  close(): void;
}

export type RelaysOpened =
  | { readonly ok: true; readonly relays: Relays }
  | { readonly ok: false; readonly words: string };

export async function openRelays(
  hosts: readonly HostLayout[],
  cloud: { readonly address: string; readonly port: number },
): Promise<RelaysOpened> {
  let last = '';
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const first = FIRST_PORT + attempt * PORT_STEP;
    const opened = await openOn({ udp: first, api: first + 1, cloud: first + 2 }, hosts, cloud);
    if (opened.ok) return opened;
    last = opened.words;
  }
  return { ok: false, words: `no free ports for the relays: ${last}` };
}

async function openOn(
  ports: Ports,
  hosts: readonly HostLayout[],
  cloud: { readonly address: string; readonly port: number },
): Promise<RelaysOpened> {
  const cutHosts = new Set<string>();
  const tcp: TcpRelay[] = [];
  const closers: (() => void)[] = [];
  const byAddress = new Map(hosts.map(({ ownAddress, name }) => [ownAddress, name]));
  const isBlocked = (to: string, fromAddress: string): boolean => {
    const from = byAddress.get(fromAddress);
    return cutHosts.has(to) || (from !== undefined && cutHosts.has(from));
  };
  const close = (): void => {
    for (const closer of closers) closer();
  };
  for (const { name, address, ownAddress } of hosts) {
    const blocked = (fromAddress: string): boolean => isBlocked(name, fromAddress);
    const udp = await openUdpRelay({ address, to: ownAddress, port: ports.udp, isBlocked: blocked });
    if (!udp.ok) {
      close();
      return udp;
    }
    closers.push(udp.close);
    for (const target of [
      { listenPort: ports.api, address: ownAddress, port: ports.api },
      { listenPort: ports.cloud, ...cloud },
    ]) {
      const opened = await openTcpRelay({ address, port: target.listenPort, target, isBlocked: blocked });
      if (!opened.ok) {
        close();
        return opened;
      }
      tcp.push(opened.relay);
      closers.push(() => opened.relay.close());
    }
  }
  const changed = (): void => tcp.forEach((relay) => relay.recheck());
  return {
    ok: true,
    relays: {
      ports,
      cut(host) {
        cutHosts.add(host);
        changed();
      },
      heal(host) {
        cutHosts.delete(host);
        changed();
      },
      isCut: (host) => cutHosts.has(host),
      close,
    },
  };
}
