/** What nova makes of a host that comes back. */
import assert from 'node:assert/strict';
import type { ContractCase } from './case.ts';
import { holdsFor, waitFor } from '../wait.ts';

export const returnCases: readonly ContractCase[] = [
  {
    name: 'forcing up is refused while records of the host are "done"; a start of nova-compute completes them',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.lose(source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      await bench.rowReaches(vm, 'done');
      const { id } = await bench.service(source);
      const early = await bench.perform({ call: 'force-down', serviceId: id, forcedDown: false });
      const refused = !early.ok && early.failure.code === 'bad-request';
      bench.habit('forcing up is refused while a record is "done"', refused);
      await bench.start(source);
      const row = await bench.rowReaches(vm, 'completed');
      assert.equal(row.source, source);
      await holdsFor('the start does not force it up', bench.target.quietMs, async () => {
        return (await bench.service(source)).forcedDown;
      });
      bench.habit('forced_down is not cleared by a start of nova-compute', true);
      assert.equal((await bench.forceDown(source, false)).forcedDown, false);
      await waitFor(
        'it is up',
        bench.target.settleMs,
        async () => (await bench.service(source)).state === 'up',
      );
      const server = await bench.server(vm);
      assert.deepEqual([server.host, server.status], [dest, 'ACTIVE']);
    },
  },
  {
    name: 'N-25 a VM deleted after its evacuation does not disturb the return of its source',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.lose(source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      await bench.rowReaches(vm, 'done');
      assert.equal((await bench.raw.request('DELETE', `/servers/${vm}`)).status, 204);
      await waitFor('it is gone', bench.target.settleMs, async () => {
        const answer = await bench.perform({ call: 'get-server', vm });
        return !answer.ok && answer.failure.code === 'not-found';
      });
      await bench.start(source);
      await waitFor('the source may be forced up', bench.target.settleMs, async () => {
        const { id } = await bench.service(source);
        return (await bench.perform({ call: 'force-down', serviceId: id, forcedDown: false })).ok;
      });
    },
  },
  {
    name: 'an evacuation that failed does not keep its source from being forced up',
    async run(bench) {
      const { source, dest } = bench.hosts;
      const vm = await bench.createServer(source);
      await bench.setStatus(dest, 'disabled');
      await bench.lose(source);
      await bench.ask<'evacuate'>({ call: 'evacuate', vm, target: dest });
      await bench.rowReaches(vm, 'error', 'failed');
      assert.equal((await bench.forceDown(source, false)).forcedDown, false);
    },
  },
  {
    name: 'a short-lived token does what a slave needs, and no more is handed over',
    async run(bench) {
      const token = await bench.cloud.shortLivedToken(10_000, new AbortController().signal);
      assert.ok(token.ok);
      assert.deepEqual(Object.keys(token.value).sort(), ['expiresAt', 'microversion', 'novaUrl', 'token']);
      assert.match(token.value.microversion, /^2\.(5[3-9]|[6-8]\d|9[0-4])$/);
      assert.ok(Number.isFinite(Date.parse(token.value.expiresAt)));
    },
  },
];
