/** Whatever keystone answers: without a token nothing is sent, and what it is asked with is told to nobody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mayStillHappen } from '../../src/core/recovery/cloud.ts';
import { createCloud } from '../../src/drivers/nova/cloud-driver.ts';
import { EFFECTS, expectFailure, expectNoSecret, expectSound, LISTS, perform } from './cloud-calls.ts';
import { soundAnswer, TOKEN } from './cloud-samples.ts';
import { longLies, lyingCloud, type Seen, shortLies } from './lying-cloud.ts';
import { fuzzAsync } from './runs.ts';

const DEADLINE_MS = 20_000;
const SHORT_DEADLINE_MS = 150;
/** A version document, a list of two pages and what is read after it, each with a token of its own. */
const TOKENS_MAX = 8;
const call = fc.constantFrom(...EFFECTS, ...LISTS.slice(0, 2));

function tokensAsked(seen: readonly Seen[]): number {
  return seen.filter(({ target }) => target.pathname.startsWith('/identity')).length;
}

void test('a keystone that answers what it should not', async (t) => {
  const lying = await lyingCloud(t);
  await fuzzAsync(
    0.1,
    fc.asyncProperty(call, shortLies, async (call, told) => {
      lying.tell('identity', { ...told, at: told.always ? 0 : told.at % 2 });
      const answer = await perform(lying, call, DEADLINE_MS);
      const seen = lying.seen();
      expectSound(call, answer, seen);
      assert.ok(tokensAsked(seen) <= TOKENS_MAX, `${tokensAsked(seen)} tokens`);
      if (answer.ok) return;
      const wasSent = seen.some(({ target }) => target.pathname.endsWith('/action'));
      if (!wasSent && EFFECTS.includes(call)) assert.ok(!mayStillHappen(answer.failure), 'never sent');
    }),
  );
});

void test('a keystone that does not come to an end', async (t) => {
  const lying = await lyingCloud(t);
  await fuzzAsync(
    0.004,
    fc.asyncProperty(call, longLies, async (call, told) => {
      lying.tell('identity', { ...told, at: 0 });
      const answer = await perform(lying, call, SHORT_DEADLINE_MS);
      expectSound(call, answer, lying.seen());
      assert.ok(!answer.ok, 'without a token');
    }),
  );
});

void test('a token for an order is one that keystone gave, with an address that nova has', async (t) => {
  const lying = await lyingCloud(t);
  await fuzzAsync(
    0.06,
    fc.asyncProperty(
      fc.constantFrom('identity' as const, 'compute' as const),
      shortLies,
      async (service, told) => {
        lying.tell(service, { ...told, at: 0 });
        const cloud = createCloud({ access: lying.access });
        const answer = await cloud.shortLivedToken(DEADLINE_MS, new AbortController().signal);
        await cloud.close();
        const [lie] = lying.seen().flatMap(({ lie }) => (lie === null ? [] : [lie]));
        if (!answer.ok) return expectFailure(answer.failure);
        assert.ok(lie?.how !== 'cut' && lie?.how !== 'noise', 'taken for whole');
        if (lie?.how !== 'header' && lie?.how !== 'raw') assert.equal(answer.value.token, TOKEN);
        assert.match(answer.value.microversion, /^2\.\d+$/);
        assert.ok(answer.value.novaUrl.length <= 2_100, 'a long address');
      },
    ),
  );
});

/** Each of these once took a time that grows with the square of its length. */
void test('an address of fifty thousand characters takes no longer than any other to refuse', async (t) => {
  const lying = await lyingCloud(t);
  for (const path of ['/'.repeat(50_000), '/v2\n'.repeat(12_500)]) {
    const { body } = soundAnswer(
      `http://127.0.0.1:1${path}x`,
      'POST',
      new URL('http://x/identity/v3/auth/tokens'),
    );
    lying.tell('identity', { at: 0, always: true, lie: { how: 'text', text: JSON.stringify(body) } });
    const answer = await perform(lying, { call: 'list-services' }, DEADLINE_MS);
    assert.ok(!answer.ok, 'understood');
    assert.equal(answer.failure.code, 'unintelligible');
    expectNoSecret(answer);
  }
});
