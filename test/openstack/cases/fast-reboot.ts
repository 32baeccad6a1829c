/** A host that is off and on again before it could be found silent: its VMs start where they are. */
import assert from 'node:assert/strict';
import {
  guestsOn,
  type HostName,
  hostNames,
  monotonicMs,
  powerOff,
  powerOn,
  readGuest,
  startCompute,
  waitFor,
} from '../rig/index.ts';
import type { Case, Scene } from '../support/case.ts';
import { configFile, vigil } from '../support/cluster.ts';
import { secondsSince, watchFor } from '../support/time.ts';
import { createVms, expectNoDoubles, expectUntouched, rowsOf } from '../support/vms.ts';

const VM_COUNT = 6;
/** Well within the silence after which a host is given up. */
const OFF_MS_MAX = 5_000;
/** nova-compute starts, reports twice, tells of each guest and starts it. */
const RUNNING_MS_MAX = 180_000;
/** By then nothing of the former life writes any more. */
const AFTERMATH_MS = 500;
/** Long enough to see that nothing is started a second time. */
const AGAIN_MS = 15_000;

export const fastReboot: Case = {
  name: "fast reboot of a slave's host: VMs start in place",
  run: async (scene) => {
    const master = await scene.cluster.master();
    await reboot(scene, hostNames.find((host) => host !== master.host) ?? 'h1');
  },
};

/** Nobody watches it while it is off: the lease runs out only after it is back. */
export const fastRebootOfMaster: Case = {
  name: "fast reboot of the master's host: VMs start in place",
  run: async (scene) => {
    const { host } = await scene.cluster.master();
    await reboot(scene, host);
    assert.notEqual((await scene.cluster.master()).host, host);
  },
};

const reboot = async (scene: Scene, victim: HostName): Promise<void> => {
  const { cluster, nova, say, webhook } = scene;
  const vms = await createVms(nova, victim, VM_COUNT);
  const offMs = await powerOff(victim);
  await powerOn(victim, { compute: false });
  assert.ok(
    monotonicMs() - offMs < OFF_MS_MAX,
    `it was off for ${secondsSince(offMs)}: too slow for this case`,
  );
  // As the unit of nova-compute would.
  const gate = await vigil(['gate', '--config', configFile(victim), '--wait', '90'], 100_000);
  assert.equal(gate.code, 0);
  await startCompute(victim);
  await waitWriting(scene, vms.there, victim, offMs);
  say(`all run in place again ${secondsSince(offMs)} after the power loss`);
  await cluster.waitVerdict(victim, 'online', 60_000);
  await nova.waitActive(vms.there, 30_000, victim);
  const startedBy = await Promise.all(vms.there.map((id) => writersSince(id, offMs)));
  await watchFor(AGAIN_MS);
  assert.deepEqual(await rowsOf(nova, vms.there), [], 'nothing may be evacuated');
  assert.equal((await nova.service(victim)).forced_down, false);
  await expectNoDoubles(vms.there);
  assert.deepEqual(
    await Promise.all(vms.there.map((id) => writersSince(id, offMs))),
    startedBy,
    'each guest was started once and not interrupted again',
  );
  assert.ok(startedBy.every((writers) => writers.length === 1));
  assert.equal((await guestsOn(victim)).length, VM_COUNT);
  await expectUntouched(nova, vms.elsewhere, offMs);
  const told = webhook.since(offMs, `incident/${victim}`).map(({ report }) => report.state);
  assert.ok(
    told.includes('begin') && told.includes('end'),
    `the incident is told with its end: ${told.join()}`,
  );
};

/** The processes that were the VM since then; `offMs` itself may still have seen the last line of the former one. */
const writersSince = async (id: string, offMs: number): Promise<readonly string[]> =>
  (await readGuest(id, offMs + AFTERMATH_MS)).writers.map(({ host, pid }) => `${host} ${pid}`);

const waitWriting = async (
  { cluster }: Scene,
  ids: readonly string[],
  host: HostName,
  offMs: number,
): Promise<void> => {
  let seen = '';
  await waitFor(
    `${ids.length} guests to write on ${host} again`,
    async () => {
      // The last lines of the former processes are not theirs.
      const sinceMs = Math.max(monotonicMs() - 1_000, offMs + AFTERMATH_MS);
      const guests = await Promise.all(ids.map((id) => readGuest(id, sinceMs)));
      const incidents = (await cluster.master()).incidents;
      seen = incidents
        .flatMap(({ phase, hold, vms }) => [
          `${phase} ${hold?.words ?? ''}`,
          ...vms.map(({ name, state, reason }) => `${name} ${state} ${reason ?? ''}`),
        ])
        .join('; ');
      return guests.every(({ writers }) => writers.some((writer) => writer.host === host));
    },
    { deadlineMs: RUNNING_MS_MAX, everyMs: 500, explain: () => seen },
  );
};
