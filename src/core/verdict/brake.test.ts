import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { brake, brakeLimit, type BrakeCount } from './brake.ts';
import type { Proof } from '../wire/records.ts';

const hosts = (n: number, name = 'h'): readonly string[] =>
  Array.from({ length: n }, (_, i) => `${name}${i}`);

const count = (more: Partial<BrakeCount>): BrakeCount => ({
  clusterHosts: 5,
  undecided: [],
  undecidedLately: more.undecided ?? [],
  recentIncidents: [],
  domain: null,
  ...more,
});

void test('one host, or a tenth; with a proof that reads back its end two, or three tenths', () => {
  assert.deepEqual(
    [1, 5, 19, 20, 100].map((n) => brakeLimit(n, 'silence')),
    [1, 1, 1, 2, 10],
  );
  assert.deepEqual(
    [1, 5, 10, 20, 100].map((n) => brakeLimit(n, 'power')),
    [2, 2, 3, 6, 30],
  );
  for (const proof of ['power', 'storage', 'operator', 'reboot'] as const)
    assert.equal(brakeLimit(5, proof), 2);
  for (const proof of ['silence', 'lease', null] as const) assert.equal(brakeLimit(5, proof), 1);
});

void test('silent hosts and young incidents count together, each host once', () => {
  assert.equal(brake(count({}), 'silence'), null);
  assert.notEqual(brake(count({ undecided: ['h2'] }), 'silence'), null);
  assert.notEqual(brake(count({ recentIncidents: ['h2'] }), 'silence'), null);
  assert.equal(brake(count({ recentIncidents: ['h2'] }), 'operator'), null);
  assert.equal(brake(count({ undecided: ['h2'], recentIncidents: ['h2'] }), 'operator'), null);
  assert.notEqual(brake(count({ undecided: ['h2'], recentIncidents: ['h3'] }), 'operator'), null);
});

void test('hosts silent for long hold what bets on silence, and nothing else', () => {
  const many = { undecided: ['h2', 'h3', 'h4'] };
  assert.notEqual(brake(count({ ...many, undecidedLately: [] }), 'silence'), null);
  assert.equal(brake(count({ ...many, undecidedLately: ['h4'] }), 'operator'), null);
  assert.notEqual(brake(count({ ...many, undecidedLately: ['h3', 'h4'] }), 'operator'), null);
});

void test('its words name the others', () => {
  assert.match(
    brake(count({ undecided: ['h2'], recentIncidents: ['h3'] }), 'silence') ?? '',
    /^more than 1 of 5 hosts.* besides it h2, h3 are silent/,
  );
  assert.match(brake(count({ undecided: hosts(9) }), 'silence') ?? '', /h5 and 3 more are silent/);
});

void test('a whole failure domain holds, unless it has one host only or the proof reads back', () => {
  const domain = { name: 'rack1', hosts: 2, silent: 2 };
  const many = { clusterHosts: 50, undecided: ['h2'], domain };
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
      fc.nat(700),
      fc.nat(50),
      proofs,
      (clusterHosts, silent, recent, proof) => {
        const all = { clusterHosts, undecided: hosts(silent), recentIncidents: hosts(recent, 'r') };
        assert.equal(
          brake(count(all), proof) !== null,
          1 + silent + recent > brakeLimit(clusterHosts, proof),
        );
      },
    ),
  );
});
