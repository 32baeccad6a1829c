import type { z } from 'zod';
import { REQUEST_BYTES_MAX } from '../drivers/orders/contract.ts';

export type BodyRead<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      readonly status: 400 | 413;
      readonly code: 'bad-body' | 'too-large';
      readonly words: string;
    };

interface WithBody {
  readonly req: { readonly raw: { readonly body: ReadableStream<Uint8Array> | null } };
}

/**
 * Reads no further than the limit, however the body comes; hono's own limit fails where no length is announced. Names
 * the place that is wrong, never the value: it may be a token.
 */
export async function readBody<Value>(c: WithBody, schema: z.ZodType<Value>): Promise<BodyRead<Value>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let json: unknown;
  try {
    for await (const chunk of c.req.raw.body ?? []) {
      bytes += chunk.length;
      if (bytes > REQUEST_BYTES_MAX) {
        const words = `a body of more than ${REQUEST_BYTES_MAX} bytes`;
        return { ok: false, status: 413, code: 'too-large', words };
      }
      chunks.push(chunk);
    }
    json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return bad('the body is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const places = parsed.error.issues.slice(0, 5).map((issue) => issue.path.join('.') || 'the body');
  return bad(`not understood: ${places.join(', ')}`);
}

function bad(words: string): BodyRead<never> {
  return { ok: false, status: 400, code: 'bad-body', words };
}
