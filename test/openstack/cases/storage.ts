/** Volumes hang for one host: degraded, nothing moves. */
import { hangStorage, hostNames, monotonicMs, resumeStorage, waitFor } from '../rig/index.ts';
import type { Case } from '../support/case.ts';
import { QUIET_MS, watchFor } from '../support/time.ts';
import { createVms, expectUntouched } from '../support/vms.ts';

export const volumesHang: Case = {
  name: 'one volume hung for one host, then both',
  run: async ({ cluster, nova, webhook }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, 2);
    const sinceMs = monotonicMs();
    hangStorage(victim, 'volB');
    await cluster.waitVerdict(victim, 'degraded');
    await watchFor(QUIET_MS / 2);
    hangStorage(victim, 'volA');
    await watchFor(QUIET_MS);
    await cluster.waitVerdict(victim, 'degraded');
    await waitFor(
      'the host itself to report both',
      () => new Set(webhook.since(sinceMs, `volume/${victim}/`).map(({ report }) => report.cause)).size === 2,
      { deadlineMs: 20_000 },
    );
    resumeStorage(victim, 'volA');
    resumeStorage(victim, 'volB');
    await cluster.waitSettled();
    await expectUntouched(nova, [...vms.there, ...vms.elsewhere], sinceMs);
  },
};
