/** The pretended nova-compute's requests to the embedded cloud (`compute-routes.ts`). */
import { z } from 'zod';
import type { RebuildStep } from './model/evacuation.ts';

const REQUEST_DEADLINE_MS = 5_000;

const orderSchema = z.object({
  id: z.string(),
  kind: z.enum(['create', 'rebuild', 'resume', 'reboot', 'diagnose', 'destroy']),
  vm: z.string(),
  name: z.string(),
});
const startedSchema = z.object({
  session: z.string(),
  reportIntervalMs: z.number(),
  destroy: z.array(z.string()),
});
const ordersSchema = z.object({ orders: z.array(orderSchema) });
const resultSchema = z.object({ keep: z.boolean() });

export type PretendOrder = z.infer<typeof orderSchema>;

export type ClientAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** The cloud knows no such compute service. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed' };

export interface ComputeClient {
  started(guests: readonly string[]): Promise<ClientAnswer<z.infer<typeof startedSchema>>>;
  report(guests: readonly string[]): Promise<boolean>;
  orders(session: string, waitMs: number): Promise<ClientAnswer<z.infer<typeof ordersSchema>>>;
  diagnosis(orderId: string, runs: boolean): Promise<boolean>;
  /** May the guest stay? */
  result(orderId: string, step: RebuildStep): Promise<boolean>;
}

export function computeClient(url: string, host: string, signal: AbortSignal): ComputeClient {
  const post = async (path: string, body: unknown, extraMs = 0): Promise<Response | null> => {
    try {
      return await fetch(`${url}/embedded/computes/${encodeURIComponent(host)}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_DEADLINE_MS + extraMs)]),
      });
    } catch {
      return null;
    }
  };
  const ask = async <T>(
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
    extraMs = 0,
  ): Promise<ClientAnswer<T>> => {
    const response = await post(path, body, extraMs);
    if (response?.status === 404) return { kind: 'refused' };
    if (response?.status !== 200) return { kind: 'failed' };
    const parsed = schema.safeParse(await response.json().catch(() => null));
    return parsed.success ? { kind: 'answer', value: parsed.data } : { kind: 'failed' };
  };
  return {
    started: (guests) => ask('started', { guests }, startedSchema),
    report: async (guests) => (await post('report', { guests }))?.ok === true,
    orders: (session, waitMs) => ask('orders', { session, waitMs }, ordersSchema, waitMs),
    diagnosis: async (orderId, runs) => (await post('diagnoses', { orderId, runs }))?.ok === true,
    result: async (orderId, step) => {
      const answer = await ask('results', { orderId, step }, resultSchema);
      return answer.kind === 'answer' && answer.value.keep;
    },
  };
}
