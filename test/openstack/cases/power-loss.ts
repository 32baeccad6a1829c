/** Power loss of a slave's and of the master's host: all VMs ACTIVE elsewhere, one row each, spread. */
import assert from 'node:assert/strict';
import { type HostName, hostNames, powerOff, waitFor } from '../rig/index.ts';
import type { Case, Scene } from '../support/case.ts';
import { secondsSince } from '../support/time.ts';
import { createVms, expectSpread, expectUntouched, waitRecovered } from '../support/vms.ts';

const VM_COUNT = 10;

export const slaveLosesPower: Case = {
  name: "power loss of a slave's host with 10 VMs",
  run: async (scene) => {
    const master = await scene.cluster.master();
    const victim = hostNames.find((host) => host !== master.host);
    assert.ok(victim !== undefined);
    await losePower(scene, victim);
  },
};

export const masterLosesPower: Case = {
  name: "power loss of the master's host with 10 VMs",
  run: async (scene) => {
    const { host } = await scene.cluster.master();
    await losePower(scene, host);
    assert.notEqual((await scene.cluster.master()).host, host);
  },
};

const losePower = async (scene: Scene, victim: HostName): Promise<void> => {
  const { cluster, nova, say, webhook } = scene;
  const offAt = Date.now();
  const vms = await createVms(nova, victim, VM_COUNT);
  const offMs = await powerOff(victim);
  const perHost = await waitRecovered(nova, vms.there, victim);
  say(
    `all ACTIVE elsewhere ${secondsSince(offMs)} after the power loss: ${[...perHost].map(([host, n]) => `${n} on ${host}`).join(', ')}`,
  );
  expectSpread(perHost, 3);
  await expectUntouched(nova, vms.elsewhere, offMs);
  assert.equal(
    webhook.since(offMs, `host/${victim}/failed`).filter(({ report }) => report.state === 'begin').length,
    1,
    'the failure is reported once',
  );
  const keepers = async (): Promise<readonly HostName[]> => {
    const keeps = await Promise.all(
      hostNames.map(async (host) =>
        (await cluster.journal(host)).some(
          ({ event, at, data }) =>
            event === 'kept-report' && Date.parse(at) >= offAt && data['cause'] === `incident/${victim}`,
        ),
      ),
    );
    return hostNames.filter((_, i) => keeps[i]);
  };
  await waitFor('two other hosts to have kept the report', async () => (await keepers()).length >= 2, {
    deadlineMs: 10_000,
  });
};
