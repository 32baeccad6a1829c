/**
 * The cloud as the core sees it: a {@link CloudCall} goes in, a {@link CloudAnswer} comes out, always, and never an
 * exception.
 */
import { setMaxListeners } from 'node:events';
import type { CloudAnswer, CloudCall, CloudFailure } from '../../core/recovery/cloud.ts';
import type { CloudAccess } from '../clouds-yaml/cloud-access.ts';
import type { Authority } from '../http/authorized.ts';
import { createHttpClient, type RequestRecord, type TlsTrust } from '../http/http-client.ts';
import { type Budget, failed, type Outcome, succeed } from '../http/outcome.ts';
import { createKeystoneSession } from '../keystone/session.ts';
import { createPlacementClient } from '../placement/placement-client.ts';
import { checkRights, type RightsReport } from './check-rights.ts';
import { createNegotiatingLocator, createNovaClient } from './nova-client.ts';
import { type HandedOverCall, performCall, performHandedOver } from './perform.ts';

/**
 * What has an effect is asked for right after it was looked whether it may be: a token that takes longer to come makes
 * the request one that was never sent, and what comes next looks anew.
 */
export const EFFECT_LEAVES_WITHIN_MS = 3_000;
/** Requests that one call has under way at the same time, twice over. */
const LISTENERS_PER_CALL_MAX = 32;

/** Enough for a slave to speak to nova for a while, and nothing that outlives the token. */
export interface ShortLivedToken {
  readonly token: string;
  /** As keystone says it, ISO 8601. */
  readonly expiresAt: string;
  readonly novaUrl: string;
  readonly microversion: string;
}

export interface Cloud {
  /** `deadlineMs` counts from now and covers all requests of the call. */
  perform(call: CloudCall, deadlineMs: number, signal: AbortSignal): Promise<CloudAnswer>;
  shortLivedToken(deadlineMs: number, signal: AbortSignal): Promise<Outcome<ShortLivedToken>>;
  checkRights(deadlineMs: number, signal: AbortSignal): Promise<RightsReport>;
  close(): Promise<void>;
}

export interface CloudConfig {
  readonly access: CloudAccess;
  /** Told about each request that ended, with its id, for the log and the metrics. */
  readonly onRequest?: (record: RequestRecord) => void;
}

export function createCloud(config: CloudConfig): Cloud {
  const http = createHttpClient({ tls: config.access.tls, ...observer(config.onRequest) });
  const session = createKeystoneSession(config.access, http);
  const locator = createNegotiatingLocator(http, session, (budget) => session.endpoint('compute', budget));
  const nova = createNovaClient(http, session, locator);
  const placement = createPlacementClient(http, session, (budget) => session.endpoint('placement', budget));
  return {
    perform: (call, deadlineMs, signal) =>
      guarded(call, () => performCall(nova, placement, call, budgetOf(deadlineMs, signal))),
    async shortLivedToken(deadlineMs, signal) {
      const budget = budgetOf(deadlineMs, signal);
      const address = await nova.address(budget);
      if (!address.ok) return address;
      const issued = await session.issued(budget);
      if (!issued.ok) return issued;
      return succeed({
        token: issued.value.token,
        expiresAt: issued.value.expiresAt,
        novaUrl: address.value.url,
        microversion: address.value.microversion,
      });
    },
    checkRights: (deadlineMs, signal) => checkRights(nova, placement, budgetOf(deadlineMs, signal)),
    async close() {
      session.close();
      await http.close();
    },
  };
}

export interface HandedOverCloud {
  perform(
    call: HandedOverCall,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<CloudAnswer<HandedOverCall['call']>>;
  close(): Promise<void>;
}

export interface HandedOverConfig extends Pick<ShortLivedToken, 'token' | 'novaUrl' | 'microversion'> {
  readonly tls: TlsTrust;
  readonly onRequest?: (record: RequestRecord) => void;
}

/** The cloud as a slave sees it: with a token from an order and without any credential. */
export function createHandedOverCloud(config: HandedOverConfig): HandedOverCloud {
  const http = createHttpClient({ tls: config.tls, ...observer(config.onRequest) });
  const authority: Authority = {
    token: async () => succeed(config.token),
    // There is no credential to get another one with: the order ends with `unauthorized` and the master sends anew.
    refused: () => false,
  };
  const address = { url: config.novaUrl, microversion: config.microversion };
  const nova = createNovaClient(http, authority, {
    locate: async () => succeed(address),
    forget: () => {},
  });
  return {
    perform: (call, deadlineMs, signal) =>
      guarded(call, () => performHandedOver(nova, call, budgetOf(deadlineMs, signal))),
    close: () => http.close(),
  };
}

/** A signal of its own for each call: an agent gives one to hundreds of calls, and each adds its listeners. */
function budgetOf(deadlineMs: number, signal: AbortSignal): Budget {
  const own = AbortSignal.any([signal]);
  setMaxListeners(LISTENERS_PER_CALL_MAX, own);
  const nowMs = performance.now();
  return { deadlineAtMs: nowMs + deadlineMs, leaveByMs: nowMs + EFFECT_LEAVES_WITHIN_MS, signal: own };
}

function observer(onRequest: ((record: RequestRecord) => void) | undefined): {
  readonly onRequest?: (record: RequestRecord) => void;
} {
  return onRequest === undefined ? {} : { onRequest };
}

/** A fault of this driver must not look like an answer, nor like a request that surely was not carried out. */
async function guarded<K extends CloudCall['call']>(
  call: { readonly call: K },
  perform: () => Promise<CloudAnswer<K>>,
): Promise<CloudAnswer<K>> {
  try {
    return await perform();
  } catch (error) {
    const failure: CloudFailure = {
      code: 'unintelligible',
      service: 'nova',
      status: null,
      requestId: null,
      detail: `fault in the driver: ${error instanceof Error ? error.message : String(error)}`,
    };
    return { call: call.call, ...failed<never>(failure) } as CloudAnswer<K>;
  }
}
