import { buildConnector } from 'undici';
import { errno } from '../../config/errno.ts';

export type ConnectionTried = { readonly ok: true } | { readonly ok: false; readonly code: string };

/** Connects as a delivery would, with TLS where the URL says so, and sends nothing: whatever came could be taken for a report. */
export async function tryConnection(text: string, deadlineMs: number): Promise<ConnectionTried> {
  const { hostname, host, protocol, port } = new URL(text);
  const connect = buildConnector({ timeout: deadlineMs });
  const to = { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port };
  return new Promise((resolve) => {
    connect(to, (error, socket) => {
      socket?.destroy();
      resolve(error === null ? { ok: true } : { ok: false, code: errno(error) });
    });
  });
}
