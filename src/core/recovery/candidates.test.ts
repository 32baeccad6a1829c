import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { capacity, group, server, service } from '../../../test/world/fixtures.ts';
import { type CandidateContext, type CandidateHost, chooseCandidate } from './candidates.ts';

const candidate = (host: string, more: Partial<CandidateHost> = {}): CandidateHost => ({
  host,
  unfit: null,
  degraded: false,
  service: service(host),
  capacity: capacity(host),
  load: 0,
  placed: 0,
  ...more,
});

const context = (
  hosts: readonly CandidateHost[],
  more: Partial<CandidateContext> = {},
): CandidateContext => ({
  hosts,
  loadMax: 4,
  groups: [],
  placeOf: new Map(),
  excluded: new Map(),
  sourceZone: 'nova',
  ...more,
});

const vm = server('vm');

void test('one that lost a volume is chosen only where there is no other', () => {
  const hosts = [candidate('h2', { degraded: true }), candidate('h3', { placed: 3 })];
  assert.deepEqual(chooseCandidate(vm, context(hosts)), { chosen: 'h3' });
  assert.deepEqual(chooseCandidate(vm, context(hosts.slice(0, 1))), { chosen: 'h2' });
});

void test('least placed first, then most free memory, then by name', () => {
  const free = (host: string, freeMemoryMib: number, placed = 0) =>
    candidate(host, { capacity: capacity(host, { freeMemoryMib }), placed });
  const first = (hosts: readonly CandidateHost[]) => chooseCandidate(vm, context(hosts)).chosen;
  assert.equal(first([free('h2', 5_000), free('h3', 9_000)]), 'h3');
  assert.equal(first([free('h2', 5_000), free('h3', 9_000, 1)]), 'h2');
  assert.equal(first([free('h3', 5_000), free('h2', 5_000)]), 'h2');
});

const refusals: readonly (readonly [string, Partial<CandidateHost>, RegExp])[] = [
  ['not online', { unfit: 'is degraded' }, /degraded/],
  ['no nova-compute', { service: null }, /no nova-compute/],
  ['forced down', { service: service('h2', { forcedDown: true }) }, /forced down/],
  ['disabled', { service: service('h2', { status: 'disabled' }) }, /disabled/],
  ['down', { service: service('h2', { state: 'down' }) }, /down/],
  ['another zone', { service: service('h2', { zone: 'far' }) }, /zone far/],
  ['no capacity known', { capacity: null }, /no capacity/],
  ['no vCPU', { capacity: capacity('h2', { freeVcpus: 0 }) }, /0 of 1 vCPUs/],
  ['no memory', { capacity: capacity('h2', { freeMemoryMib: 511 }) }, /511 of 512 MiB/],
];
for (const [name, more, words] of refusals) {
  void test(`not taken: ${name}`, () => {
    const choice = chooseCandidate(vm, context([candidate('h2', more)]));
    assert.ok(choice.chosen === null && !choice.later);
    assert.match(choice.whyNot.join(), words);
    assert.equal(chooseCandidate(vm, context([candidate('h2', more), candidate('h3')])).chosen, 'h3');
  });
}

void test('a host at its cap is taken later, not never', () => {
  const choice = chooseCandidate(
    vm,
    context([candidate('h2', { load: 4 }), candidate('h3', { service: null })]),
  );
  assert.ok(choice.chosen === null && choice.later);
  assert.match(choice.whyNot.join(), /h2: busy/);
});

void test('a host that failed the VM lately is not tried again', () => {
  const excluded = new Map([['h2', 'evacuation 7 to it ended failed']]);
  const choice = chooseCandidate(vm, context([candidate('h2')], { excluded }));
  assert.ok(choice.chosen === null && /evacuation 7/.test(choice.whyNot.join()));
});

void test('anti-affinity keeps members apart, also from those under way', () => {
  const groups = [group('anti-affinity', ['vm', 'other'])];
  const placeOf = new Map([['other', 'h2']]);
  const hosts = [candidate('h2'), candidate('h3', { placed: 5 })];
  assert.equal(chooseCandidate(vm, context(hosts, { groups, placeOf })).chosen, 'h3');
  assert.equal(
    chooseCandidate(vm, context(hosts, { groups: [group('soft-anti-affinity', ['vm', 'other'])], placeOf }))
      .chosen,
    'h2',
  );
  assert.equal(chooseCandidate(server('third'), context(hosts, { groups, placeOf })).chosen, 'h2');
});

void test('whoever is chosen is fit, below its cap and not excluded', () => {
  const anyHost = fc.record({
    unfit: fc.constantFrom(null, 'is isolated'),
    load: fc.nat(6),
    freeVcpus: fc.nat(3),
    zone: fc.constantFrom('nova', 'far'),
    barred: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyHost, { maxLength: 8 }), (drawn) => {
      const hosts = drawn.map(({ unfit, load, freeVcpus, zone }, n) =>
        candidate(`h${n}`, {
          unfit,
          load,
          capacity: capacity(`h${n}`, { freeVcpus }),
          service: service(`h${n}`, { zone }),
        }),
      );
      const excluded = new Map(
        drawn.flatMap(({ barred }, n) => (barred ? [[`h${n}`, 'barred'] as const] : [])),
      );
      const good = drawn.filter(
        (one) => one.unfit === null && one.freeVcpus > 0 && one.zone === 'nova' && !one.barred,
      );
      const choice = chooseCandidate(vm, context(hosts, { excluded }));
      if (choice.chosen === null) {
        assert.ok(good.every(({ load }) => load >= 4));
        assert.equal(choice.later, good.length > 0);
      } else {
        const taken = drawn[Number(choice.chosen.slice(1))];
        assert.ok(taken !== undefined && good.includes(taken) && taken.load < 4);
      }
    }),
  );
});
