/** Power loss of a slave's and of the master's host: all VMs ACTIVE elsewhere, one row each, spread. */
import assert from 'node:assert/strict';
import { type HostName, hostNames, powerOff } from '../rig/index.ts';
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

const losePower = async ({ nova, say, webhook }: Scene, victim: HostName): Promise<void> => {
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
};
