import { connect, createServer, type Socket } from 'node:net';
import { errno } from '../config/errno.ts';

export interface TcpRelayOptions {
  readonly address: string;
  readonly port: number;
  readonly target: { readonly address: string; readonly port: number };
  readonly isBlocked: (fromAddress: string) => boolean;
}

export interface TcpRelay {
  /** To be called when what is blocked has changed. */
  recheck(): void;
  close(): void;
}

export type TcpRelayOpened =
  | { readonly ok: true; readonly relay: TcpRelay }
  | { readonly ok: false; readonly words: string };

/**
 * Forwards connections. A blocked one is neither read nor written nor ended: both ends wait, as if their packets were
 * lost, and it goes on when the link is back.
 */
export async function openTcpRelay(options: TcpRelayOptions): Promise<TcpRelayOpened> {
  const { address, port } = options;
  const links = new Set<Link>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (caller) => {
    const link = openLink(options, caller, () => links.delete(link));
    links.add(link);
    link.recheck();
  });
  return new Promise((resolve) => {
    server.once('error', (error) =>
      resolve({ ok: false, words: `TCP ${address} port ${port} (${errno(error)})` }),
    );
    server.listen({ host: address, port, exclusive: true }, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve({
        ok: true,
        relay: {
          recheck: () => links.forEach((link) => link.recheck()),
          close() {
            server.close();
            for (const link of links) link.close();
          },
        },
      });
    });
  });
}

interface Link {
  recheck(): void;
  close(): void;
}

function openLink({ target, isBlocked }: TcpRelayOptions, caller: Socket, onEnd: () => void): Link {
  const from = caller.remoteAddress ?? '';
  let callee: Socket | null = null;
  /** An end that was seen while blocked is passed on when the link is back. */
  let isBroken = false;

  const close = (): void => {
    caller.destroy();
    callee?.destroy();
    onEnd();
  };
  const broken = (): void => {
    isBroken = true;
    if (!isBlocked(from)) close();
  };
  const pass = (one: Socket, other: Socket): void => {
    one.on('data', (bytes: Buffer) => void other.write(bytes));
    one.on('end', () => other.end());
  };
  const guard = (socket: Socket): void => {
    socket.on('error', broken);
    socket.on('close', broken);
  };
  guard(caller);
  return {
    recheck() {
      if (isBlocked(from)) {
        caller.pause();
        callee?.pause();
        return;
      }
      if (isBroken) return close();
      if (callee === null) {
        callee = connect({ host: target.address, port: target.port, allowHalfOpen: true });
        guard(callee);
        pass(caller, callee);
        pass(callee, caller);
      }
      caller.resume();
      callee.resume();
    },
    close,
  };
}
