/** Vigil's own processes die or freeze: reported, and nothing moves. */
import assert from 'node:assert/strict';
import { hostNames, monotonicMs, signal, waitFor } from '../rig/index.ts';
import type { Case } from '../support/case.ts';
import { QUIET_MS, watchFor } from '../support/time.ts';
import { createVms, expectUntouched } from '../support/vms.ts';

export const agentDies: Case = {
  name: 'agent killed; then agent and both beats killed while nova-compute lives',
  run: async ({ cluster, nova, webhook }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, 2);
    const sinceMs = monotonicMs();
    const cause = `host/${victim}/agent-down`;

    cluster.killAgent(victim);
    await cluster.waitVerdict(victim, 'agent-down');
    cluster.startAgent(victim);
    await cluster.waitVerdict(victim, 'online');
    await waitFor('report and end', () => webhook.since(sinceMs, cause).length === 2, { deadlineMs: 20_000 });

    cluster.killAgent(victim);
    for (const beat of cluster.beats(victim)) signal(beat, 'SIGKILL');
    await cluster.waitVerdict(victim, 'agent-down');
    await watchFor(QUIET_MS);
    assert.equal(await cluster.verdict(victim), 'agent-down');
    cluster.startHost(victim);
    await cluster.waitVerdict(victim, 'online');
    await waitFor('report and end', () => webhook.since(sinceMs, cause).length === 4, { deadlineMs: 20_000 });
    assert.deepEqual(
      webhook.since(sinceMs, cause).map(({ report }) => report.state),
      ['begin', 'end', 'begin', 'end'],
    );
    await expectUntouched(nova, [...vms.there, ...vms.elsewhere], sinceMs);
  },
};
