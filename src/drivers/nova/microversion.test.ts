import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiRoot, formatMicroversion, negotiate } from './microversion.ts';

function agreed(least: string, most: string): string {
  const result = negotiate({ version: { id: 'v2.1', version: most, min_version: least } });
  return result.ok ? formatMicroversion(result.version) : result.detail;
}

void test('the newest version both sides know is spoken, and never 2.95', () => {
  assert.equal(agreed('2.1', '2.104'), '2.94');
  assert.equal(agreed('2.1', '2.95'), '2.94');
  assert.equal(agreed('2.1', '2.93'), '2.93');
  assert.equal(agreed('2.1', '2.68'), '2.68');
  assert.equal(agreed('2.1', '2.53'), '2.53');
});

void test('a nova that is too old, too new or without microversions is refused in words', () => {
  assert.match(agreed('2.1', '2.52'), /nova speaks 2\.1 to 2\.52; Vigil needs 2\.53/);
  assert.match(agreed('2.95', '2.110'), /Vigil knows versions up to 2\.94/);
  assert.match(agreed('', ''), /no API with microversions/);
});

void test('a list of versions is understood too', () => {
  const old = { id: 'v2.0', version: '', min_version: '' };
  const now = { id: 'v2.1', version: '2.90', min_version: '2.1' };
  const result = negotiate({ versions: [old, now] });
  assert.ok(result.ok && formatMicroversion(result.version) === '2.90');
});

void test('the API`s root is found in any form of endpoint', () => {
  const root = 'http://nova:8774/v2.1';
  for (const endpoint of [
    'http://nova:8774',
    'http://nova:8774/',
    'http://nova:8774/v2.1',
    'http://nova:8774/v2.1/',
    'http://nova:8774/v2.1/0123abc',
    'http://nova:8774/v2/0123abc',
  ]) {
    assert.equal(apiRoot(endpoint), root, endpoint);
  }
  assert.equal(apiRoot('https://cloud/compute/v2.1'), 'https://cloud/compute/v2.1');
});
