/** Whatever placement answers: capacity of hosts as it told it, or a failure; and what a credential may do, or why not known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { CloudAnswer, HostCapacity } from '../../src/core/recovery/cloud.ts';
import { createCloud } from '../../src/drivers/nova/cloud-driver.ts';
import { expectNoSecret, expectSound, perform } from './cloud-calls.ts';
import { longLies, lyingCloud, shortLies } from './lying-cloud.ts';
import { fuzzAsync } from './runs.ts';

const DEADLINE_MS = 20_000;
const SHORT_DEADLINE_MS = 150;
const CALL = { call: 'list-capacity' } as const;
/** h1 is summed up with the others; what is left of h2 is (8 - 1) × 2.5 processors and 4096 - 512 MiB, less what is used. */
const SOUND: readonly HostCapacity[] = [
  { host: 'h1', freeVcpus: 7, freeMemoryMib: 8_064, freeDiskGib: 1_048_576 },
  { host: 'h2.example', freeVcpus: 14, freeMemoryMib: 3_328, freeDiskGib: 1_048_576 },
  { host: 'disks', freeVcpus: 14, freeMemoryMib: 3_328, freeDiskGib: 1_048_576 },
];

function expectCapacity(answer: CloudAnswer): void {
  assert.ok(answer.call === 'list-capacity', answer.call);
  if (!answer.ok) return;
  for (const { freeVcpus, freeMemoryMib, freeDiskGib } of answer.value) {
    for (const free of [freeVcpus, freeMemoryMib, freeDiskGib]) assert.ok(free >= 0, `${free}`);
  }
}

void test('a sound placement is understood', async (t) => {
  const lying = await lyingCloud(t);
  const answer = await perform(lying, CALL, DEADLINE_MS);
  assert.ok(answer.ok, JSON.stringify(answer));
  assert.deepEqual(answer.value, SOUND);
});

void test('a placement that answers what it should not', async (t) => {
  const lying = await lyingCloud(t);
  await fuzzAsync(
    0.1,
    fc.asyncProperty(shortLies, async (told) => {
      // Hosts that are not summed up are read by themselves, several at a time.
      lying.tell('placement', { ...told, at: told.at * 2 });
      const answer = await perform(lying, CALL, DEADLINE_MS);
      expectSound(CALL, answer, lying.seen());
      expectCapacity(answer);
      const lies = lying.seen().flatMap(({ lie }) => (lie === null ? [] : [lie.how]));
      if (answer.ok && lies.length === 0) assert.deepEqual(answer.value, SOUND);
    }),
  );
});

void test('numbers beyond all bounds are refused, and not reckoned with', async (t) => {
  const lying = await lyingCloud(t);
  const inventory = { total: 1e308, reserved: 0, allocation_ratio: 1e308 };
  const text = JSON.stringify({ inventories: { VCPU: inventory, MEMORY_MB: inventory } });
  // After the hosts and what they have in sum.
  lying.tell('placement', { at: 2, always: false, lie: { how: 'text', text } });
  const answer = await perform(lying, CALL, DEADLINE_MS);
  expectSound(CALL, answer, lying.seen());
  assert.ok(!answer.ok, 'taken');
});

void test('a placement that does not come to an end', async (t) => {
  const lying = await lyingCloud(t);
  await fuzzAsync(
    0.004,
    fc.asyncProperty(longLies, async (told) => {
      lying.tell('placement', { ...told, at: told.at % 2 });
      expectSound(CALL, await perform(lying, CALL, SHORT_DEADLINE_MS), lying.seen());
    }),
  );
});

void test('what a credential may do is told, or why it could not be tried, whatever the cloud answers', async (t) => {
  const lying = await lyingCloud(t);
  const service = fc.constantFrom('identity' as const, 'compute' as const, 'placement' as const);
  await fuzzAsync(
    0.03,
    fc.asyncProperty(service, shortLies, async (service, told) => {
      lying.tell(service, told);
      const cloud = createCloud({ access: lying.access });
      const { missing, untried } = await cloud.checkRights(DEADLINE_MS, new AbortController().signal);
      await cloud.close();
      for (const { rule } of missing) assert.match(rule, /^(os_compute_api|placement):/);
      for (const { why } of untried) {
        assert.ok(why.length > 0 && why.length < 1_100, `${why.length} characters`);
        expectNoSecret(why);
      }
      const isForbidden = lying.seen().some(({ status, lie }) => status === 403 || lie?.how === 'raw');
      const isOther = lying.seen().some(({ lie }) => lie?.how === 'json' || lie?.how === 'text');
      if (!isForbidden && !isOther)
        assert.deepEqual(
          missing.filter(({ rule }) => rule.endsWith('update')),
          [],
        );
    }),
  );
});
