/** Whatever nova answers: each call ends with a value, no half list is taken for whole, and nothing is sent twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { CALLS, EFFECTS, expectFailure, expectSound, perform } from './cloud-calls.ts';
import { HOST, VM } from './cloud-samples.ts';
import { longLies, lyingCloud, shortLies, STATUSES } from './lying-cloud.ts';
import { fuzzAsync } from './runs.ts';

const DEADLINE_MS = 20_000;
const SHORT_DEADLINE_MS = 150;
const call = fc.constantFrom(...CALLS);

void test('a sound cloud is understood', async (t) => {
  const lying = await lyingCloud(t);
  for (const call of CALLS) {
    lying.tell('compute', null);
    const answer = await perform(lying, call, DEADLINE_MS);
    assert.ok(answer.ok, JSON.stringify(answer));
    expectSound(call, answer, lying.seen());
  }
});

void test('a nova that answers what it should not', async (t) => {
  const lying = await lyingCloud(t);
  await fuzzAsync(
    0.12,
    fc.asyncProperty(call, shortLies, async (call, told) => {
      lying.tell('compute', told);
      expectSound(call, await perform(lying, call, DEADLINE_MS), lying.seen());
    }),
  );
});

void test('a nova that does not come to an end', async (t) => {
  const lying = await lyingCloud(t);
  await fuzzAsync(
    0.008,
    fc.asyncProperty(call, longLies, async (call, told) => {
      lying.tell('compute', { ...told, at: told.at % 2 });
      expectSound(call, await perform(lying, call, SHORT_DEADLINE_MS), lying.seen());
    }),
  );
});

void test('each status that a request with an effect can be answered with', async (t) => {
  const lying = await lyingCloud(t);
  for (const call of EFFECTS) {
    for (const status of STATUSES) {
      // The first is nova's version document.
      lying.tell('compute', { at: 1, always: status === 401, lie: { how: 'status', status, echo: true } });
      const answer = await perform(lying, call, DEADLINE_MS);
      expectSound(call, answer, lying.seen());
    }
  }
});

void test('an answer beyond its limit is not read to its end, and a long name is not told whole', async (t) => {
  const lying = await lyingCloud(t);
  const evacuate = { call: 'evacuate', vm: VM, target: 'h2' } as const;
  lying.tell('compute', { at: 1, always: false, lie: { how: 'huge' } });
  const huge = await perform(lying, evacuate, DEADLINE_MS);
  expectSound(evacuate, huge, lying.seen());
  assert.match(huge.ok ? 'taken' : huge.failure.detail, /longer than \d+ bytes/);

  const stub = { id: 'x'.repeat(100_000), status: 'UNKNOWN' };
  const text = JSON.stringify({ servers: [stub] });
  lying.tell('compute', { at: 1, always: false, lie: { how: 'text', text } });
  const long = await perform(lying, { call: 'list-servers', host: HOST }, DEADLINE_MS);
  assert.ok(!long.ok, 'a stub is taken');
  expectFailure(long.failure);
});

void test('a page with nothing on it that speaks of another is not the end of a list', async (t) => {
  const lying = await lyingCloud(t);
  for (const [call, name] of [
    [{ call: 'list-servers', host: HOST }, 'servers'],
    [{ call: 'list-migrations', vm: VM }, 'migrations'],
  ] as const) {
    const links = [{ rel: 'next', href: 'http://127.0.0.1/?marker=x' }];
    const text = JSON.stringify({ [name]: [], [`${name}_links`]: links });
    // The first is nova's version document.
    lying.tell('compute', { at: 1, always: false, lie: { how: 'text', text } });
    expectSound(call, await perform(lying, call, DEADLINE_MS), lying.seen());
  }
});
