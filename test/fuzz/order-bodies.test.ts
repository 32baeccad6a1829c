/** Bodies of requests and answers between agents: what is understood is what was said, and within its limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { z } from 'zod';
import {
  confirmDeadAnswer,
  confirmDeadBody,
  maintenanceBody,
  orderOutcome,
  probeAnswer,
  probeBody,
  reportBody,
  restartBody,
} from '../../src/drivers/orders/contract.ts';
import { parseJson } from '../../src/core/lib/ascii.ts';
import { anyText, changedText, jsonChanges } from './change-json.ts';
import { order, report, token } from './order-samples.ts';
import { expectPlain, type Limits } from './plain.ts';
import { fuzz } from './runs.ts';

interface Body {
  readonly schema: z.ZodType;
  readonly sample: object;
  readonly limits: Limits;
  /** Nothing is left out, nothing made of it. */
  readonly isStrict: boolean;
}

const failure = { code: 'conflict', service: 'nova', status: 409, requestId: 'req-1', detail: 'in use' };
const short = { textLength: 256, listItems: 0 };
const strict = (schema: z.ZodType, sample: object, limits: Limits = short): Body => ({
  schema,
  sample: { version: 1, ...sample },
  limits,
  isStrict: true,
});
const answer = (schema: z.ZodType, sample: object, isStrict = false): Body => ({
  schema,
  sample,
  limits: { textLength: 8_192, listItems: 0 },
  isStrict,
});
const bodies: readonly Body[] = [
  strict(restartBody, { order, token }, { textLength: 16_384, listItems: 1_024 }),
  strict(probeBody, { target: { host: 'x', ip: '10.0.0.3', apiPort: 7411 } }),
  strict(probeBody, { target: { isolation: 'icmp:10.0.0.1' } }),
  strict(confirmDeadBody, { host: 'x', by: 'ann' }),
  strict(maintenanceBody, { declared: { by: 'ann', why: 'new disks', recover: true } }),
  answer(probeAnswer, { answer: 'kernel' }, true),
  answer(confirmDeadAnswer, { ok: true, words: 'taken' }, true),
  answer(orderOutcome, { outcome: 'accepted', migrationId: 7 }),
  answer(orderOutcome, { outcome: 'refused', code: 'busy', detail: 'eight orders' }),
  answer(orderOutcome, { outcome: 'refused', code: 'old-term', detail: 'h2 has term 3', term: 3 }),
  answer(orderOutcome, { outcome: 'rejected', failure }),
  answer(orderOutcome, { outcome: 'unknown', detail: 'no answer' }),
];

/** -0 is no count; space around what a person typed does not count. */
function said(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown): unknown => {
    if (typeof value === 'string') return value.trim();
    return value === 0 ? 0 : value;
  });
}

void test('what is understood of a body is what it says', () => {
  for (const { schema, sample } of bodies) assert.ok(schema.safeParse(sample).success, 'a sample is refused');
  const text = fc.oneof({ weight: 6, arbitrary: jsonChanges }, { weight: 1, arbitrary: anyText });
  // The first is an order, on which most hangs.
  const which = fc.oneof(fc.constant(0), fc.nat(bodies.length - 1));
  fuzz(
    3,
    fc.property(which, text, (which, changes) => {
      const { schema, sample, limits, isStrict } = bodies[which] ?? assert.fail('none');
      const text = typeof changes === 'string' ? changes : changedText(sample, changes);
      const parsed = schema.safeParse(parseJson(text));
      if (!parsed.success) return assert.ok(parsed.error.issues.length > 0, 'no place');
      expectPlain(parsed.data, limits);
      if (isStrict) assert.deepEqual(said(JSON.stringify(parsed.data)), said(text));
    }),
  );
});

void test('a report that is kept can be told again, whatever evidence it holds', () => {
  const sample = { version: 1, report };
  fuzz(
    1,
    fc.property(jsonChanges, (changes) => {
      const parsed = reportBody.safeParse(parseJson(changedText(sample, changes)));
      if (!parsed.success) return;
      const { evidence, ...rest } = parsed.data.report;
      expectPlain(rest, { textLength: 8_192, listItems: 0 });
      assert.doesNotThrow(() => JSON.stringify(evidence), 'not to be told again');
    }),
  );
});
