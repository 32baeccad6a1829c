import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacity, row, server } from '../../../test/world/fixtures.ts';
import { candidates, plan, setUp, shown } from '../../../test/world/planning.ts';
import { planRound } from './plan.ts';

void test('ten VMs over three hosts, each once', () => {
  const servers = Array.from({ length: 10 }, (_, n) => server(`vm${n}`));
  const orders = plan(setUp(), { servers, hosts: ['h2', 'h3', 'h4'] });
  const per = (host: string) => orders.filter((one) => one.endsWith(host)).length;
  assert.deepEqual(
    [per('h2'), per('h3'), per('h4')].sort((a, b) => a - b),
    [3, 3, 4],
  );
  assert.equal(new Set(orders.map((one) => one.split('>')[0])).size, 10);
});

void test('no more at once than the cap of each target; the rest waits', () => {
  const at = setUp();
  const servers = Array.from({ length: 10 }, (_, n) => server(`vm${n}`));
  assert.equal(plan(at, { servers, hosts: ['h2', 'h3'] }).length, 8);
  assert.equal([...at.incident.vms.values()].filter(({ state }) => state === 'waiting').length, 10);
});

void test('members of one anti-affinity group go to different hosts within one round', () => {
  const { core, master, incident } = setUp();
  const groups = [{ id: 'g', name: 'g', policy: 'anti-affinity' as const, members: ['a', 'b', 'c'] }];
  const reading = {
    openBefore: new Map(),
    servers: [server('a'), server('b'), server('c')],
    rows: [],
    capacity: [],
    groups,
    places: new Map(),
  };
  const context = { candidates: candidates('h2', 'h3'), sendNothing: null, only: null };
  const orders = planRound(core, master, incident, reading, context);
  assert.equal(new Set(orders.map(({ target }) => target)).size, 2);
  assert.equal(orders.length, 2);
});

void test('a choice counts before the next is made', () => {
  const { core, master, incident } = setUp();
  const big = server('big').flavor;
  const servers = ['a', 'b'].map((vm) => server(vm, { flavor: { ...big, memoryMib: 3_000 } }));
  const hosts = candidates('h2').map((one) => ({
    ...one,
    capacity: capacity('h2', { freeMemoryMib: 5_000 }),
  }));
  const reading = { openBefore: new Map(), servers, rows: [], capacity: [], groups: [], places: new Map() };
  assert.equal(
    planRound(core, master, incident, reading, { candidates: hosts, sendNothing: null, only: null }).length,
    1,
  );
});

void test('nothing is sent while the round may not, and why is shown', () => {
  const at = setUp();
  assert.deepEqual(plan(at, { sendNothing: 'the brake' }), []);
  assert.equal(shown(at), 'waiting: the brake');
});

void test('a VM that nova no longer places there is asked for: it was recovered, moved or deleted', () => {
  const at = setUp();
  plan(at);
  plan(at, { servers: [] });
  assert.match(shown(at), /^evacuating: nova no longer lists it on the failed host/);
  const moved = setUp();
  plan(moved, { servers: [], rows: [row(11, 'vm', { status: 'done', target: 'h3' })] });
  assert.match(shown(moved), /^evacuating: nova has rebuilt it/);
});

void test('a record that the conductor has passed over is not waited for once the VM is elsewhere', () => {
  const at = setUp();
  const second = row(12, 'vm', { status: 'accepted', target: 'h3' });
  plan(at, { rows: [second] });
  assert.match(shown(at), /^evacuating: nova: accepted/);
  plan(at, { servers: [], rows: [row(12, 'vm', { status: 'pre-migrating', target: 'h3' })] });
  assert.match(shown(at), /^evacuating: nova: accepted/, 'one that was taken may still end');
  plan(at, { servers: [], rows: [second] });
  assert.match(shown(at), /^evacuating: .* asking what became of it/);
});

void test('what must not be evacuated is shown with its reason', () => {
  const at = setUp();
  assert.deepEqual(plan(at, { servers: [server('vm', { vmState: 'paused' })] }), []);
  assert.match(shown(at), /^not-recovered: it was paused/);
});

void test('a VM whose start in place nova has not answered is not evacuated before that can come to nothing any more', () => {
  const at = setUp();
  at.master.openStarts.note({ vm: 'vm', host: 'h9' }, at.core.now, 60_000);
  assert.deepEqual(plan(at), []);
  assert.match(shown(at), /^waiting: nova may still start it in place/);
  at.core.now += 59_999;
  assert.deepEqual(plan(at), []);
  at.core.now += 1;
  assert.equal(plan(at).length, 1);
});

void test('a VM that was being migrated is held, also where nova shows no record of that', () => {
  const at = setUp();
  assert.deepEqual(plan(at, { servers: [server('vm', { taskState: 'migrating' })] }), []);
  assert.match(shown(at), /^held: a live migration of it was begun/);
});
