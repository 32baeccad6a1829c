/**
 * Handshakes that the other side broke off. In TLS 1.3 a client of another cluster refuses this host's certificate
 * before it has shown its own, so that all one sees is a connection that ends. Who ends one before any TLS, as a scan
 * or a probe of the port does, is not meant.
 */
import { Socket } from 'node:net';

/** Senders that are told apart; the oldest is forgotten first. */
export const MAX_SENDERS_KNOWN = 1_024;
/** A host of this cluster also gives up when this one is too slow to answer; only a series of it is told. */
const BREAKS_OF_KNOWN = 5;

export interface Handshakes {
  /** It is a host of this cluster. */
  finished(ip: string): void;
  /** Is this one to be told, and not only counted? */
  broken(ip: string, connection: Socket): boolean;
}

export function watchHandshakes(onLimit: () => void): Handshakes {
  /** How often each has broken one off since it last finished one. */
  const known = new Map<string, number>();
  return {
    finished(ip) {
      const [oldest] = known.keys();
      if (oldest !== undefined && !known.has(ip) && known.size >= MAX_SENDERS_KNOWN) {
        known.delete(oldest);
        onLimit();
      }
      known.set(ip, 0);
    },
    broken(ip, connection) {
      // Nothing was written: it never came to see a certificate.
      if (connection.bytesWritten === 0) return false;
      const breaks = known.get(ip);
      if (breaks === undefined) return true;
      known.set(ip, breaks + 1);
      return breaks + 1 >= BREAKS_OF_KNOWN;
    },
  };
}

/** The TCP connection beneath: unlike TLS on it, it still knows after its end who was there. */
export function beneath(socket: Socket): Socket {
  const parent: unknown = Reflect.get(socket, '_parent');
  return parent instanceof Socket ? parent : socket;
}
