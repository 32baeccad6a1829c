/** Evacuations that nova accepts, and what becomes of them. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Server } from '../../../src/core/recovery/cloud.ts';
import type { Bench } from '../bench.ts';
import type { ContractCase } from './case.ts';
import { eventually, holdsFor, waitFor } from '../wait.ts';

const pageSchema = z.object({
  migrations: z.array(z.object({ uuid: z.string(), instance_uuid: z.string() })),
  migrations_links: z.array(z.object({ rel: z.string(), href: z.string() })),
});

/** Once one of two evacuations of a VM has ended, the other one ends as soon as its rebuild does. */
const RUINED_WITHIN_MS = 15_000;

/** nova ends the record first, and then the VM's task. */
const taskOver = (bench: Bench, vm: string): Promise<Server> =>
  waitFor('its task ends', bench.target.settleMs, async () => {
    const seen = await bench.server(vm);
    return seen.taskState === null && seen;
  });

export const evacuationCases: readonly ContractCase[] = [
  {
    name: 'N-03 accepted at once and empty, done later on the host that was named',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.lose(source);
      const raw = await bench.act(vm, { evacuate: { host: dest } });
      assert.deepEqual([raw.status, raw.text], [200, '']);
      const [row] = await bench.migrations(vm);
      assert.ok(row !== undefined);
      assert.deepEqual([row.type, row.source, row.target], ['evacuation', source, dest]);
      await bench.rowReaches(vm, 'done');
      const server = await bench.server(vm);
      assert.deepEqual([server.host, server.status, server.taskState], [dest, 'ACTIVE', null]);
      for (const host of [source, dest]) {
        const rows = await bench.ask<'list-host-migrations'>({ call: 'list-host-migrations', host });
        assert.equal(rows[0]?.vm, vm, `newest record of ${host}`);
      }
      const actions = await bench.raw.request('GET', `/servers/${vm}/os-instance-actions`);
      bench.habit('the action record bears the id of our request', actions.text.includes(raw.requestId));
    },
  },
  {
    name: 'N-13 a locked server is evacuated and stays locked',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      assert.equal((await bench.act(vm, { lock: null })).status, 202);
      await bench.lose(source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      await bench.rowReaches(vm, 'done');
      assert.equal((await bench.server(vm)).locked, true);
    },
  },
  {
    name: 'a server in ERROR is evacuated and ACTIVE afterwards',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      assert.equal((await bench.act(vm, { 'os-resetState': { state: 'error' } })).status, 202);
      await bench.lose(source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      await bench.rowReaches(vm, 'done');
      assert.equal((await bench.server(vm)).status, 'ACTIVE');
    },
  },
  {
    name: 'N-14 a second evacuation is accepted while the first is open, and ruins the VM',
    async run(bench) {
      const { source, dest, other } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.lose(source);
      const answers = await Promise.all([
        bench.perform({ call: 'evacuate', vm, target: dest }),
        bench.perform({ call: 'evacuate', vm, target: other }),
      ]);
      bench.habit(
        'N-14 both of two evacuations are accepted',
        answers.every((answer) => answer.ok),
      );
      const rows = await bench.migrations(vm);
      bench.habit('N-14 two records are open for one VM', rows.length === 2);
      // Both rebuilds may have taken the same record, which leaves the other one `accepted` for ever.
      await waitFor('one of them ends', bench.target.settleMs, async () =>
        (await bench.migrations(vm)).some(
          (row) => row.status !== 'accepted' && row.status !== 'pre-migrating',
        ),
      );
      const ruined = await eventually(Math.min(RUINED_WITHIN_MS, bench.target.settleMs), async () => {
        const statuses = (await bench.migrations(vm)).map((row) => row.status);
        return statuses.includes('failed') && (await bench.server(vm)).status === 'ERROR';
      });
      bench.habit('N-14 a doubled evacuation fails a record and leaves the VM in ERROR', ruined);
    },
  },
  {
    name: 'N-05 a target that may not take it: accepted, then error, and the VM in ERROR where it was',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.setStatus(dest, 'disabled');
      await bench.lose(source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      const row = await bench.rowReaches(vm, 'error', 'failed', 'done');
      bench.habit('N-05 no valid host ends in a record "error"', row.status === 'error');
      const server = await taskOver(bench, vm);
      bench.habit('N-05 no valid host leaves the VM in ERROR', server.status === 'ERROR');
      assert.equal(server.host, source);
    },
  },
  {
    name: 'N-05 a target that is forced down is no valid host',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.lose(source);
      await bench.lose(dest);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      const row = await bench.rowReaches(vm, 'error', 'failed', 'done');
      bench.habit('N-05 a dead target that nova knows to be dead ends in "error"', row.status === 'error');
    },
  },
  {
    name: 'N-19 hard affinity: the only allowed host is the dead one',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const group = await bench.createGroup('affinity');
      const vm = await bench.createServer(source, group);
      // One that had to be made anew may be listed beside it until it is gone.
      const mine = await waitFor('the VM is the only member', bench.target.settleMs, async () => {
        const groups = await bench.ask<'list-groups'>({ call: 'list-groups' });
        const found = groups.find((candidate) => candidate.id === group);
        return found?.members.length === 1 && found;
      });
      assert.deepEqual([mine.policy, mine.members], ['affinity', [vm]]);
      await bench.lose(source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      const row = await bench.rowReaches(vm, 'error', 'failed', 'done');
      bench.habit('N-19 a server of an affinity group cannot be evacuated', row.status === 'error');
    },
  },
  {
    name: 'N-06 a claim that fails on the target: record failed, VM as it was',
    possible: (target) => target.failClaims !== null,
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.target.failClaims?.(dest, true);
      try {
        await bench.lose(source);
        await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
        const row = await bench.rowReaches(vm, 'failed', 'error', 'done');
        bench.habit('N-06 a failed claim ends in a record "failed"', row.status === 'failed');
      } finally {
        await bench.target.failClaims?.(dest, false);
      }
      const server = await taskOver(bench, vm);
      bench.habit('N-06 a failed claim leaves the VM as it was', server.status === 'ACTIVE');
      assert.equal(server.host, source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: bench.hosts.other });
      await bench.rowReaches(vm, 'done');
    },
  },
  {
    name: 'N-07 a spawn that fails on the target: record failed, VM in ERROR, and it may be tried again',
    possible: (target) => target.failSpawns !== null,
    async run(bench) {
      const { source, dest, other } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.target.failSpawns?.(dest, true);
      try {
        await bench.lose(source);
        await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
        const row = await bench.rowReaches(vm, 'failed', 'error', 'done');
        bench.habit('N-07 a failed spawn ends in a record "failed"', row.status === 'failed');
      } finally {
        await bench.target.failSpawns?.(dest, false);
      }
      const server = await bench.server(vm);
      bench.habit('N-07 a failed spawn leaves the VM in ERROR', server.status === 'ERROR');
      assert.equal(server.host, source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: other });
      await bench.rowReaches(vm, 'done');
      assert.equal((await bench.server(vm)).host, other);
    },
  },
  {
    name: 'G-03 a target that dies leaves the record open for ever; its return wakes the message',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.lose(source);
      // Killed but not forced down: to nova it is up for a while, so the scheduler takes it.
      await bench.kill(dest);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      const open = ['accepted', 'pre-migrating'];
      await holdsFor('the record stays open', bench.target.quietMs, async () => {
        const row = (await bench.migrations(vm))[0];
        return row !== undefined && open.includes(row.status);
      });
      bench.habit('G-03 the record of an evacuation to a dead target stays open', true);
      assert.equal((await bench.server(vm)).host, source);
      await bench.start(dest);
      await bench.rowReaches(vm, 'done', 'failed', 'error');
      bench.habit(
        'G-03 the message waits on the bus and is carried out when the target is back',
        (await bench.server(vm)).host === dest,
      );
    },
  },
  {
    name: 'records are paged, newest first',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vms = [await bench.createServer(source), await bench.createServer(source)];
      await bench.lose(source);
      for (const vm of vms) {
        await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
        await bench.rowReaches(vm, 'done');
      }
      const page = await bench.raw.request('GET', `/os-migrations?host=${source}&limit=1`);
      const { migrations, migrations_links: links } = pageSchema.parse(page.json);
      assert.equal(migrations[0]?.instance_uuid, vms[1]);
      assert.equal(links[0]?.rel, 'next');
      const marker = new URL(links[0]?.href ?? '').searchParams.get('marker');
      assert.equal(marker, migrations[0]?.uuid);
      const next = await bench.raw.request('GET', `/os-migrations?host=${source}&limit=1&marker=${marker}`);
      assert.ok(next.text.includes(vms[0] ?? ''));
    },
  },
];
