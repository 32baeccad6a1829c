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
  placesOf: new Map(),
  failed: new Map(),
  sourceZone: 'nova',
  only: null,
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

void test('a disk counts where it is the host’s, and not where the VM boots from a volume', () => {
  const { flavor } = vm;
  const large = { flavor: { ...flavor, diskGib: 20 } };
  const hosts = [19, 20].map((freeDiskGib, n) =>
    candidate(`h${n}`, { capacity: capacity(`h${n}`, { freeDiskGib }) }),
  );
  const onHost = server('vm', { ...large, bootedFromVolume: false });
  assert.equal(chooseCandidate(onHost, context(hosts)).chosen, 'h1');
  const choice = chooseCandidate(onHost, context(hosts.slice(0, 1)));
  assert.ok(choice.chosen === null && !choice.later);
  assert.match(choice.whyNot.join(), /h0: has 19 of 20 GiB disk free/);
  assert.equal(chooseCandidate(server('vm', large), context(hosts)).chosen, 'h0');
});

void test('a VM that only its zone keeps from a host may not be pinned there: a person is told what to do', () => {
  const far = (host: string, more: Partial<CandidateHost> = {}) =>
    candidate(host, { service: service(host, { zone: 'far' }), ...more });
  const words = (...hosts: readonly CandidateHost[]): string => {
    const choice = chooseCandidate(vm, context(hosts));
    assert.ok(choice.chosen === null);
    return choice.whyNot.join('; ');
  };
  const told = words(
    far('h2'),
    far('h3', { unfit: 'is isolated' }),
    candidate('h4', { unfit: 'is isolated' }),
  );
  assert.match(
    told,
    /not pinned it to zone nova .*, h2 may take it: .*HA_Enabled=False.* server evacuate vm$/,
  );
  assert.doesNotMatch(words(far('h3', { unfit: 'is isolated' })), /pinned/);
  assert.doesNotMatch(words(candidate('h4', { load: 4 }), far('h2')), /pinned/, 'it goes there later');
});

void test('a host at its cap is taken later, not never', () => {
  const choice = chooseCandidate(
    vm,
    context([candidate('h2', { load: 4 }), candidate('h3', { service: null })]),
  );
  assert.ok(choice.chosen === null && choice.later);
  assert.match(choice.whyNot.join(), /h2: busy/);
});

void test('a host that failed the VM lately is tried again where no other can take it, the longest ago first', () => {
  const failed = new Map([
    ['h3', 'evacuation 7 to it ended failed'],
    ['h2', 'evacuation 8 to it ended failed'],
  ]);
  const both = [candidate('h2'), candidate('h3', { placed: 3 })];
  const first = (hosts: readonly CandidateHost[]) => chooseCandidate(vm, context(hosts, { failed }));
  assert.equal(first([...both, candidate('h4', { degraded: true, placed: 9 })]).chosen, 'h4');
  assert.equal(first([...both, candidate('h4', { service: null })]).chosen, 'h3');
  assert.equal(first(both.slice(0, 1)).chosen, 'h2');
  const later = first([...both, candidate('h4', { load: 4 })]);
  assert.ok(later.chosen === null && later.later && /h3: evacuation 7/.test(later.whyNot.join()));
});

void test('anti-affinity keeps members apart, also from those under way', () => {
  const groups = [group('anti-affinity', ['vm', 'other'])];
  const placesOf = new Map([['other', new Set(['h2'])]]);
  const hosts = [candidate('h2'), candidate('h3', { placed: 5 })];
  assert.equal(chooseCandidate(vm, context(hosts, { groups, placesOf })).chosen, 'h3');
  assert.equal(chooseCandidate(vm, context([candidate('h2')], { groups, placesOf })).chosen, null);
  const onItsWay = new Map([['other', new Set(['h2', 'h3'])]]);
  assert.equal(chooseCandidate(vm, context(hosts, { groups, placesOf: onItsWay })).chosen, null);
  assert.equal(chooseCandidate(server('third'), context(hosts, { groups, placesOf })).chosen, 'h2');
});

void test('soft groups are kept as far as hosts go round', () => {
  const placesOf = new Map([
    ['other', new Set(['h2'])],
    ['third', new Set(['h3'])],
    ['fourth', new Set(['h3'])],
  ]);
  const all = ['vm', 'other', 'third', 'fourth'];
  const hosts = [candidate('h2', { placed: 5 }), candidate('h3')];
  const first = (groups: CandidateContext['groups'], among = hosts) =>
    chooseCandidate(vm, context(among, { groups, placesOf })).chosen;
  const apart = [group('soft-anti-affinity', all)];
  assert.equal(first([]), 'h3');
  assert.equal(first(apart), 'h2');
  assert.equal(first(apart, [candidate('h3'), candidate('h4', { placed: 5 })]), 'h4');
  assert.equal(first(apart, [candidate('h3')]), 'h3');
  assert.equal(first([group('soft-affinity', ['vm', 'other'])]), 'h2');
  assert.equal(first([group('soft-affinity', ['other', 'third'])]), 'h3');
  assert.equal(
    first([group('soft-affinity', ['vm', 'other'])], [candidate('h2', { degraded: true }), candidate('h3')]),
    'h3',
  );
});

void test('whoever is chosen is fit, below its cap, and has not failed the VM if another has not', () => {
  const anyHost = fc.record({
    unfit: fc.constantFrom(null, 'is isolated'),
    load: fc.nat(6),
    freeVcpus: fc.nat(3),
    zone: fc.constantFrom('nova', 'far'),
    hasFailed: fc.boolean(),
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
      const failed = new Map(
        drawn.flatMap(({ hasFailed }, n) => (hasFailed ? [[`h${n}`, 'failed'] as const] : [])),
      );
      const fit = drawn.filter((one) => one.unfit === null && one.freeVcpus > 0 && one.zone === 'nova');
      const untried = fit.filter(({ hasFailed }) => !hasFailed);
      const good = untried.length > 0 ? untried : fit;
      const choice = chooseCandidate(vm, context(hosts, { failed }));
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
