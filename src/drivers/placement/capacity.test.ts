import assert from 'node:assert/strict';
import { test } from 'node:test';
import { underHostNames } from './capacity.ts';

const free = { freeVcpus: 1, freeMemoryMib: 1, freeDiskGib: 1 };

void test('a provider is matched by its name, or else by its first label if that is no other`s', () => {
  const named = underHostNames(
    ['h1', 'h2.cloud', 'h3.south', 'h4'].map((host) => ({ host, ...free })),
    ['h1', 'h2', 'h3.north', 'h3.east'],
  );
  assert.deepEqual(
    named.map((capacity) => capacity.host),
    ['h1', 'h2', 'h3.south', 'h4'],
  );
});
