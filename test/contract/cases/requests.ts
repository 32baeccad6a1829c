/** How nova answers requests, before anything happens. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ContractCase } from './case.ts';
import { holdsFor, waitFor } from '../wait.ts';

export const requestCases: readonly ContractCase[] = [
  {
    name: 'the version document tells a range, and a version beyond it is 406',
    async run(bench) {
      const document = await bench.raw.request('GET', '/');
      assert.equal(document.status, 200);
      assert.match(document.text, /"min_version": ?"2\.1"/);
      assert.equal((await bench.raw.request('GET', '/servers', null, '2.999')).status, 406);
    },
  },
  {
    name: 'services are listed with uuid, state, status and the time of their last report',
    async run(bench) {
      for (const host of bench.target.hosts) {
        const service = await bench.service(host);
        assert.match(service.id, /^[0-9a-f-]{36}$/);
        assert.deepEqual([service.state, service.status, service.forcedDown], ['up', 'enabled', false]);
        assert.equal(service.zone, bench.target.zone);
        assert.notEqual(service.updatedAt, null);
      }
    },
  },
  {
    name: 'the rights that are needed are held, and trying them changes nothing',
    async run(bench) {
      const { source } = bench.hosts;
      const vm = await bench.createServer(source);
      const before = await bench.server(vm);
      const report = await bench.cloud.checkRights(30_000, new AbortController().signal);
      assert.deepEqual(report.missing, []);
      const untried = report.untried.map((right) => right.rule);
      assert.deepEqual(
        untried.filter((rule) => rule !== 'os_compute_api:os-migrations:index:host'),
        [],
      );
      assert.deepEqual(await bench.server(vm), before);
      assert.deepEqual(await bench.migrations(vm), []);
      for (const host of bench.target.hosts) assert.equal((await bench.service(host)).forcedDown, false);
    },
  },
  {
    name: 'N-01 evacuating from a host that nova believes to be up is 400 and changes nothing',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.kill(source);
      const answer = await bench.perform({ call: 'evacuate', vm, target: dest });
      assert.ok(!answer.ok);
      assert.equal(answer.failure.code, 'bad-request');
      bench.habit(
        'N-01 "still in use" for a dead host that was not forced down',
        /still in use/.test(answer.failure.detail),
      );
      assert.equal((await bench.server(vm)).status, 'ACTIVE');
      assert.deepEqual(await bench.migrations(vm), []);
    },
  },
  {
    name: 'disabled is not down: evacuation stays refused',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      // In this order: nova-api waits a minute for a dead nova-compute to hear of it.
      await bench.setStatus(source, 'disabled');
      await bench.kill(source);
      const answer = await bench.perform({ call: 'evacuate', vm, target: dest });
      assert.ok(!answer.ok && answer.failure.code === 'bad-request');
    },
  },
  {
    name: 'N-04 force is refused by the schema from 2.68 on',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      const answer = await bench.act(vm, { evacuate: { host: dest, force: true } }, '2.68');
      assert.equal(answer.status, 400);
      assert.equal((await bench.server(vm)).status, 'ACTIVE');
    },
  },
  {
    name: 'an unknown server is 404, an unknown target is 404, the source itself as target is 400',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      const code = async (server: string, target: string): Promise<string> => {
        const answer = await bench.perform({ call: 'evacuate', vm: server, target });
        return answer.ok ? 'ok' : answer.failure.code;
      };
      assert.equal(await code(randomUUID(), dest), 'not-found');
      assert.equal(await code(vm, 'no-such-host'), 'not-found');
      assert.equal(await code(vm, source), 'bad-request');
      const unknown = await bench.perform({ call: 'get-server', vm: randomUUID() });
      assert.ok(!unknown.ok && unknown.failure.code === 'not-found');
    },
  },
  {
    name: 'a server in a state that cannot be evacuated is 409',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      assert.equal((await bench.act(vm, { pause: null })).status, 202);
      await waitFor('the server is paused', bench.target.settleMs, async () => {
        return (await bench.server(vm)).vmState === 'paused';
      });
      await bench.lose(source);
      const answer = await bench.perform({ call: 'evacuate', vm, target: dest });
      assert.ok(!answer.ok && answer.failure.code === 'conflict', JSON.stringify(answer));
      assert.deepEqual(await bench.migrations(vm), []);
    },
  },
  {
    name: 'a service that is forced down goes on reporting and stays down',
    async run(bench) {
      const { source } = bench.hosts;
      const before = await bench.forceDown(source, true);
      assert.deepEqual([before.state, before.forcedDown], ['down', true]);
      const reported = await waitFor('its report goes on', bench.target.settleMs, async () => {
        const service = await bench.service(source);
        return service.updatedAt !== before.updatedAt && service;
      });
      bench.habit('a forced-down service reports and is shown down', reported.state === 'down');
      const after = await bench.forceDown(source, false);
      assert.equal(after.forcedDown, false);
    },
  },
  {
    name: 'servers are listed by host, and capacity shrinks by what they take',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const capacity = async (): Promise<number> => {
        const hosts = await bench.ask<'list-capacity'>({ call: 'list-capacity' });
        const found = hosts.find((host) => host.host === source);
        assert.ok(found !== undefined, `no capacity of ${source}`);
        return found.freeMemoryMib;
      };
      const before = await capacity();
      const vm = await bench.createServer(source);
      const [mine, others] = await Promise.all([
        bench.ask<'list-servers'>({ call: 'list-servers', host: source }),
        bench.ask<'list-servers'>({ call: 'list-servers', host: dest }),
      ]);
      const server = mine.find((entry) => entry.vm === vm);
      assert.ok(server !== undefined);
      assert.equal(
        others.find((entry) => entry.vm === vm),
        undefined,
      );
      assert.equal(before - (await capacity()), server.flavor.memoryMib);
    },
  },
  {
    name: 'N-30 a dead cell hides servers and records without a word; the driver calls that incomplete',
    possible: (target) => target.stopCell !== null,
    async run(bench) {
      const { source } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.target.stopCell?.(true);
      try {
        const path = `/servers/detail?all_tenants=1&limit=1000&host=${source}`;
        const raw = await bench.raw.request('GET', path);
        bench.habit(
          'N-30 a dead cell shortens a filtered list silently',
          raw.status === 200 && !raw.text.includes(vm),
        );
        const calls = [
          { call: 'list-servers', host: source },
          { call: 'get-server', vm },
          { call: 'list-migrations', vm },
          { call: 'list-host-migrations', host: source },
          { call: 'list-services' },
        ] as const;
        for (const call of calls) {
          const answer = await bench.perform(call);
          assert.ok(!answer.ok && answer.failure.code === 'incomplete', JSON.stringify(answer));
        }
      } finally {
        await bench.target.stopCell?.(false);
      }
      await holdsFor('the list is whole again', 1, async () => {
        const servers = await bench.ask<'list-servers'>({ call: 'list-servers', host: source });
        return servers.some((server) => server.vm === vm);
      });
    },
  },
];
