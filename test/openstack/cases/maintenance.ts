/** Planned work: a host in maintenance is switched off, and nothing is done but told. */
import assert from 'node:assert/strict';
import { hostNames, monotonicMs, powerOff, powerOn, waitFor } from '../rig/index.ts';
import type { Case } from '../support/case.ts';
import { configFile, vigil } from '../support/cluster.ts';
import { QUIET_MS, watchFor } from '../support/time.ts';
import { createVms, expectUntouched, rowsOf } from '../support/vms.ts';

export const maintenance: Case = {
  name: 'a host in maintenance is switched off: nothing moved',
  run: async ({ cluster, nova, webhook }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, 3);
    const sinceMs = monotonicMs();
    const config = ['--config', configFile(victim)];
    const started = await vigil(['maintenance', 'start', '--by', 'ann', '--why', 'new memory', ...config]);
    assert.equal(started.code, 0);
    await cluster.waitVerdict(victim, 'maintenance');
    const offMs = await powerOff(victim);
    await watchFor(QUIET_MS);
    assert.equal(await cluster.verdict(victim), 'maintenance');
    await powerOn(victim);
    await waitFor(
      'its new agent to know of it',
      async () => (await cluster.ownStatus(victim))?.holds.some((hold) => hold.includes('ann')),
      { deadlineMs: 30_000 },
    );
    const ended = await vigil(['maintenance', 'end', ...config]);
    assert.equal(ended.code, 0);
    await cluster.waitVerdict(victim, 'online');
    assert.deepEqual(await rowsOf(nova, vms.there), []);
    assert.equal((await nova.service(victim)).forced_down, false);
    assert.deepEqual((await cluster.master()).incidents, []);
    await expectUntouched(nova, vms.elsewhere, offMs);
    const told = webhook.since(sinceMs, `host/${victim}/maintenance`).map(({ report }) => report);
    assert.deepEqual(
      told.map(({ cause, state }) => `${state} ${cause.split('/')[2] ?? ''}`),
      ['begin maintenance', 'begin maintenance-silent', 'end maintenance-silent', 'end maintenance'],
    );
  },
};
