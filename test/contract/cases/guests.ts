/** The guest behind a server, asked for and started where it is. */
import assert from 'node:assert/strict';
import { mayStillHappen, NOT_RUNNING } from '../../../src/core/recovery/cloud.ts';
import type { Bench } from '../bench.ts';
import { waitFor } from '../wait.ts';
import type { ContractCase } from './case.ts';

/** What nova-compute says of the guest, once it answers. */
async function guestState(bench: Bench, vm: string): Promise<string> {
  return waitFor(`nova-compute tells of ${vm}`, bench.target.settleMs, async () => {
    const answer = await bench.perform({ call: 'guest-state', vm });
    return answer.ok && answer.call === 'guest-state' && answer.value.state;
  });
}

export const guestCases: readonly ContractCase[] = [
  {
    name: 'a guest that its host lost is told apart from what nova has recorded, and started in place',
    async run(bench) {
      const { source } = bench.hosts;
      const vm = await bench.createServer(source);
      assert.equal(await guestState(bench, vm), 'running');
      await bench.kill(source);
      const dead = await bench.perform({ call: 'guest-state', vm });
      assert.ok(!dead.ok && mayStillHappen(dead.failure), 'a dead nova-compute tells nothing of its guests');
      assert.equal((await bench.server(vm)).powerState, 1);
      bench.habit('nova believes that the guest of a dead host runs', true);
      await bench.start(source);
      assert.equal(await guestState(bench, vm), NOT_RUNNING);
      await bench.ask<'hard-reboot'>({ call: 'hard-reboot', vm });
      await waitFor('it runs again', bench.target.settleMs, async () => {
        const { status, taskState } = await bench.server(vm);
        return status === 'ACTIVE' && taskState === null && (await guestState(bench, vm)) === 'running';
      });
      assert.equal((await bench.server(vm)).host, source);
      assert.deepEqual(await bench.migrations(vm), []);
    },
  },
  {
    name: 'a locked server is started in place all the same; one that is gone is not found',
    async run(bench) {
      const { source } = bench.hosts;
      const vm = await bench.createServer(source);
      assert.equal((await bench.act(vm, { lock: null })).status, 202);
      await bench.ask<'hard-reboot'>({ call: 'hard-reboot', vm });
      await waitFor('it runs again', bench.target.settleMs, async () => {
        return (await bench.server(vm)).taskState === null && (await guestState(bench, vm)) === 'running';
      });
      const nobody = '00000000-0000-4000-8000-000000000000';
      for (const call of ['guest-state', 'hard-reboot'] as const) {
        const answer = await bench.perform({ call, vm: nobody });
        assert.ok(!answer.ok && answer.failure.code === 'not-found', call);
      }
    },
  },
];
