import { createSocket } from 'node:dgram';
import { errno } from '../config/errno.ts';

export interface UdpRelayOptions {
  readonly address: string;
  readonly to: string;
  readonly port: number;
  readonly isBlocked: (fromAddress: string) => boolean;
}

export type UdpRelayOpened =
  | { readonly ok: true; readonly close: () => void }
  | { readonly ok: false; readonly words: string };

/** One way only: agents answer to the address that a datagram carries inside, which is the sender's own relay. */
export async function openUdpRelay(options: UdpRelayOptions): Promise<UdpRelayOpened> {
  const { address, to, port, isBlocked } = options;
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', (error) => {
      socket.close();
      resolve({ ok: false, words: `UDP ${address} port ${port} (${errno(error)})` });
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // A host that is off refuses datagrams; its relay does not mind.
      socket.on('error', () => undefined);
      socket.on('message', (bytes, from) => {
        if (!isBlocked(from.address)) socket.send(bytes, port, to, () => undefined);
      });
      resolve({ ok: true, close: () => void socket.close() });
    });
  });
}
