/** Nothing is accepted as a proof: held with its reason until an operator gives his name for it. */
import assert from 'node:assert/strict';
import { hostNames, powerOff, waitFor } from '../rig/index.ts';
import type { Case } from '../support/case.ts';
import { configFile, vigil } from '../support/cluster.ts';
import { watchFor } from '../support/time.ts';
import { createVms, expectUntouched, rowsOf, waitRecovered } from '../support/vms.ts';

export const heldWithoutProof: Case = {
  name: 'no accepted proof: held, recovered after vigil confirm-dead',
  run: async ({ cluster, nova }) => {
    await cluster.stop();
    await cluster.configure({ acceptProofs: [] });
    cluster.start();
    try {
      await cluster.waitSettled();
      const master = await cluster.master();
      const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
      const vms = await createVms(nova, victim, 3);
      const offMs = await powerOff(victim);
      await waitFor(
        'the hold',
        async () =>
          (await cluster.master()).incidents.some(
            ({ host, hold }) => host === victim && hold?.code === 'no-proof',
          ),
        { deadlineMs: 60_000 },
      );
      await watchFor(20_000);
      assert.deepEqual(await rowsOf(nova, vms.there), []);
      const confirmed = await vigil([
        'confirm-dead',
        victim,
        '--by',
        'ann',
        '--yes',
        '--config',
        configFile(master.host),
      ]);
      assert.equal(confirmed.code, 0);
      await waitRecovered(nova, vms.there, victim);
      await expectUntouched(nova, vms.elsewhere, offMs);
    } finally {
      await cluster.stop();
      await cluster.configure();
      cluster.start();
    }
  },
};
