import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { brake, brakeLimit, type BrakeCount } from './brake.ts';
import type { Proof } from '../wire/records.ts';

const count = (more: Partial<BrakeCount>): BrakeCount => ({
  clusterHosts: 5,
  undecided: 1,
  recentIncidents: 0,
  domain: null,
  ...more,
});

void test('one host, or a tenth; with a proof that reads back its end two, or three tenths', () => {
  assert.deepEqual(
    [1, 5, 19, 20, 100].map((hosts) => brakeLimit(hosts, 'silence')),
    [1, 1, 1, 2, 10],
  );
  assert.deepEqual(
    [1, 5, 10, 20, 100].map((hosts) => brakeLimit(hosts, 'power')),
    [2, 2, 3, 6, 30],
  );
  for (const proof of ['power', 'storage', 'operator', 'reboot'] as const)
    assert.equal(brakeLimit(5, proof), 2);
  for (const proof of ['silence', 'lease', null] as const) assert.equal(brakeLimit(5, proof), 1);
});

void test('silent hosts and young incidents count together', () => {
  assert.equal(brake(count({}), 'silence'), null);
  assert.notEqual(brake(count({ undecided: 2 }), 'silence'), null);
  assert.notEqual(brake(count({ recentIncidents: 1 }), 'silence'), null);
  assert.equal(brake(count({ recentIncidents: 1 }), 'operator'), null);
  assert.notEqual(brake(count({ undecided: 2, recentIncidents: 1 }), 'operator'), null);
});

void test('a whole failure domain holds, unless it has one host only or the proof reads back', () => {
  const domain = { name: 'rack1', hosts: 2, silent: 2 };
  const many = { clusterHosts: 50, undecided: 2, domain };
  assert.match(brake(count(many), 'silence') ?? '', /rack1/);
  assert.equal(brake(count({ ...many, domain: { ...domain, silent: 1 } }), 'silence'), null);
  assert.equal(brake(count({ ...many, domain: { ...domain, hosts: 1, silent: 1 } }), 'silence'), null);
  assert.equal(brake(count(many), 'power'), null);
});

void test('the more fall silent, the less goes on', () => {
  const proofs = fc.constantFrom<Proof | null>('power', 'silence', 'operator', null);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.nat(2_000),
      fc.nat(50),
      proofs,
      (hosts, silent, recent, proof) => {
        const held = brake(count({ clusterHosts: hosts, undecided: silent, recentIncidents: recent }), proof);
        assert.equal(held !== null, silent + recent > brakeLimit(hosts, proof));
      },
    ),
  );
});
