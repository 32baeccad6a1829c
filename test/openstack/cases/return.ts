/** A host comes back after its incident. */
import assert from 'node:assert/strict';
import { guestsOn, hostNames, monotonicMs, powerOff, powerOn, startCompute, waitFor } from '../rig/index.ts';
import type { Case } from '../support/case.ts';
import { configFile, vigil } from '../support/cluster.ts';
import { createVms, expectNoDoubles, rowsOf, waitRecovered } from '../support/vms.ts';

export const hostReturns: Case = {
  name: 'a host returns after its incident',
  run: async ({ cluster, nova, webhook }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, 4);
    const sinceMs = monotonicMs();
    await powerOff(victim);
    await waitRecovered(nova, vms.there, victim);
    assert.equal((await nova.service(victim)).forced_down, true);
    await powerOn(victim, { compute: false });
    // As the unit of nova-compute would: nothing starts before the gate opens.
    const gate = await vigil(['gate', '--config', configFile(victim), '--wait', '60'], 70_000);
    assert.equal(gate.code, 0);
    await cluster.waitVerdict(victim, 'returning');
    assert.equal((await nova.service(victim)).forced_down, true);
    await startCompute(victim);
    await cluster.waitVerdict(victim, 'online', 120_000);
    assert.equal((await nova.service(victim)).forced_down, false);
    assert.ok((await rowsOf(nova, vms.there)).every(({ status }) => status === 'completed'));
    assert.deepEqual(await guestsOn(victim), []);
    await expectNoDoubles(vms.there);
    await waitFor(
      'the reports to end',
      () => webhook.since(sinceMs, `host/${victim}/returning`).some(({ report }) => report.state === 'end'),
      { deadlineMs: 20_000 },
    );
  },
};
