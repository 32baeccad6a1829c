import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { hostKey } from '../drivers/tls/derive.ts';
import type { HostKeys } from '../drivers/tls/load-keys.ts';
import { keyring } from './keyring.ts';

const clusterSecret = createSecretKey(Buffer.alloc(32, 1));

function ring(host: string, eligible: boolean) {
  const keys: HostKeys = {
    tls: { ca: '', cert: '', key: '' },
    hostSecret: hostKey(clusterSecret, 'blue', host),
    clusterSecret: eligible ? clusterSecret : null,
    notAfter: new Date(0),
  };
  const macFor = keyring('blue', host, keys, () => assert.fail('over a limit'));
  return (other: string, use: 'host' | 'lease'): string | null => {
    const made = macFor(other, use)?.(Buffer.from('data'));
    return made === undefined ? null : Buffer.from(made).toString('hex');
  };
}

void test('an eligible host has the keys of all and that of the lease, another one its own alone', () => {
  const [h1, h2, h3] = [ring('h1', true), ring('h2', true), ring('h3', false)];
  for (const host of ['h1', 'h2', 'h3']) assert.equal(h1(host, 'host'), h2(host, 'host'));
  assert.equal(h3('h3', 'host'), h1('h3', 'host'));
  assert.equal(h3('h1', 'host'), null);
  assert.equal(h1('h1', 'lease'), h2('h1', 'lease'));
  assert.equal(h3('h3', 'lease'), null, 'it can sign no seat and no cell, its own neither');
  const keys = ['h1', 'h2', 'h3'].map((host) => h1(host, 'host'));
  assert.equal(new Set([...keys, h1('h1', 'lease')]).size, 4, 'no key is another');
});
