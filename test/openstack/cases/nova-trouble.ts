/** nova-api is down when the host dies, or takes a request and its answer is lost. */
import assert from 'node:assert/strict';
import { hostNames, monotonicMs, powerOff, startNovaApi, stopNovaApi, waitFor } from '../rig/index.ts';
import type { Case } from '../support/case.ts';
import { secondsSince, watchFor } from '../support/time.ts';
import { createVms, expectUntouched, waitRecovered } from '../support/vms.ts';

export const novaApiDown: Case = {
  name: 'nova-api down when the host dies, back a minute later',
  run: async ({ cluster, nova, say }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, 4);
    await stopNovaApi();
    const offMs = await powerOff(victim);
    await cluster.waitVerdict(victim, 'failed');
    await waitFor('a minute to pass', () => monotonicMs() - offMs >= 60_000, { deadlineMs: 70_000 });
    await startNovaApi();
    await waitRecovered(nova, vms.there, victim, 180_000);
    say(`all ACTIVE ${secondsSince(offMs)} after the power loss`);
    await expectUntouched(nova, vms.elsewhere, offMs);
  },
};

export const answerSwallowed: Case = {
  name: "a proxy swallows nova's answer after it took the POST",
  run: async ({ cluster, nova, proxy }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, 3);
    proxy.swallow(2, 'close');
    const offMs = await powerOff(victim);
    await waitRecovered(nova, vms.there, victim, 120_000);
    assert.equal(
      proxy.passed.filter(({ swallowed, requestMs }) => swallowed && requestMs >= offMs).length,
      2,
      'two answers were lost',
    );
    proxy.passAll();
    // A repeated POST would come within the retry delays.
    await watchFor(15_000);
    await waitRecovered(nova, vms.there, victim);
    await expectUntouched(nova, vms.elsewhere, offMs);
  },
};
