/** Short-lived tokens that came with orders, kept only as long as the order may need them, and nowhere written. */
import type { RequestId } from '../core/input.ts';
import {
  createHandedOverCloud,
  type HandedOverCloud,
  type ShortLivedToken,
} from '../drivers/nova/cloud-driver.ts';
import type { TlsTrust } from '../drivers/http/http-client.ts';

/** Orders whose tokens are kept at once; the oldest goes first. */
export const MAX_TOKENS = 64;

export interface HandedOverTokens {
  add(id: RequestId, token: ShortLivedToken): void;
  cloudOf(id: RequestId): HandedOverCloud | null;
  /** Its order has ended. */
  drop(id: RequestId): void;
  close(): Promise<void>;
}

export function keepHandedOverTokens(tls: TlsTrust, onLimit: () => void): HandedOverTokens {
  const clouds = new Map<RequestId, HandedOverCloud>();
  return {
    add(id, { token, novaUrl, microversion }) {
      const [oldest] = clouds;
      if (clouds.size >= MAX_TOKENS && oldest !== undefined) {
        onLimit();
        clouds.delete(oldest[0]);
        void oldest[1].close();
      }
      clouds.set(id, createHandedOverCloud({ token, novaUrl, microversion, tls }));
    },
    cloudOf: (id) => clouds.get(id) ?? null,
    drop(id) {
      const cloud = clouds.get(id);
      clouds.delete(id);
      void cloud?.close();
    },
    async close() {
      await Promise.all([...clouds.values()].map((cloud) => cloud.close()));
      clouds.clear();
    },
  };
}
