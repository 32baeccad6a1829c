import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settings } from '../../test/world/fixtures.ts';
import { createCore, step } from './step.ts';

void test('a result that comes after its deadline, before the next tick, counts for nothing', () => {
  const core = createCore(settings(), 0);
  const asked = step(core, {
    kind: 'request',
    now: 0,
    id: 1,
    request: { ask: 'probe', target: { host: 'h2', ip: '10.0.0.2', apiPort: 2 } },
  });
  const probe = asked.find((effect) => effect.do === 'probe') ?? assert.fail();
  const late = step(core, {
    kind: 'result',
    now: 400_000,
    id: probe.id,
    result: { of: 'probe', answer: 'agent' },
  });
  const answered = late.find((effect) => effect.do === 'answer') ?? assert.fail();
  assert.deepEqual(answered.answer, { to: 'probe', answer: null });
});
