/** Faults of the management network: nothing moves, and the administrator hears which of them it is. */
import assert from 'node:assert/strict';
import {
  heal,
  hostNames,
  monotonicMs,
  partition,
  plugManagement,
  unplugManagement,
  waitFor,
} from '../rig/index.ts';
import type { Case } from '../support/case.ts';
import { QUIET_MS, watchFor } from '../support/time.ts';
import { createVms, expectNoDoubles, expectUntouched } from '../support/vms.ts';

export const isolatedHost: Case = {
  name: 'management network of one host unplugged and plugged back',
  run: async ({ cluster, nova, webhook }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, 2);
    const sinceMs = monotonicMs();
    await unplugManagement(victim);
    await cluster.waitVerdict(victim, 'isolated');
    await watchFor(QUIET_MS);
    assert.equal(await cluster.verdict(victim), 'isolated');
    await plugManagement(victim);
    await cluster.waitVerdict(victim, 'online');
    const cause = `host/${victim}/isolated`;
    await waitFor('both reports', () => webhook.since(sinceMs, cause).length >= 2, { deadlineMs: 20_000 });
    assert.deepEqual(
      webhook.since(sinceMs, cause).map(({ report }) => report.state),
      ['begin', 'end'],
    );
    await expectUntouched(nova, [...vms.there, ...vms.elsewhere], sinceMs);
  },
};

export const isolatedMaster: Case = {
  name: "management network of the master's host unplugged",
  run: async ({ cluster, nova }) => {
    const { host: victim } = await cluster.master();
    const vms = await createVms(nova, victim, 2);
    const sinceMs = monotonicMs();
    await unplugManagement(victim);
    await waitFor(
      'another master',
      async () => (await cluster.masters()).some(({ host }) => host !== victim),
      { deadlineMs: 60_000 },
    );
    await cluster.waitVerdict(victim, 'isolated');
    await watchFor(QUIET_MS);
    await plugManagement(victim);
    await cluster.waitVerdict(victim, 'online');
    await expectUntouched(nova, [...vms.there, ...vms.elsewhere], sinceMs);
  },
};

export const partitionTwoAndTwo: Case = {
  name: 'partition two and two',
  run: async ({ cluster, nova, webhook }) => {
    const master = await cluster.master();
    const [friend, ...far] = hostNames.filter((host) => host !== master.host);
    const vms = await createVms(nova, far[0] ?? 'h1', 2);
    const sinceMs = monotonicMs();
    await partition([master.host, friend ?? 'h1'], far);
    for (const host of far) await cluster.waitVerdict(host, 'partitioned');
    await watchFor(QUIET_MS);
    assert.equal((await cluster.masters()).length, 1);
    assert.equal((await cluster.master()).host, master.host);
    const told = webhook.since(sinceMs, 'partition');
    assert.equal(told.length, 1, 'one report of the partition');
    assert.deepEqual(
      told[0]?.report.evidence['thisSide'],
      [master.host, friend ?? ''].toSorted((a, b) => (a < b ? -1 : 1)),
    );
    assert.deepEqual(
      told[0]?.report.evidence['farSide'],
      far.toSorted((a, b) => (a < b ? -1 : 1)),
    );
    await heal();
    await cluster.waitSettled();
    await waitFor('the end of the report', () => webhook.since(sinceMs, 'partition').length === 2, {
      deadlineMs: 20_000,
    });
    await expectUntouched(nova, [...vms.there, ...vms.elsewhere], sinceMs);
  },
};

export const everybodyUnplugged: Case = {
  name: 'all hosts lose the management network together',
  run: async ({ cluster, nova, webhook }) => {
    const vms = await createVms(nova, 'h1', 2);
    const sinceMs = monotonicMs();
    for (const host of hostNames) await unplugManagement(host);
    await watchFor(1.5 * QUIET_MS);
    for (const host of hostNames) await plugManagement(host);
    await cluster.waitSettled();
    assert.deepEqual(
      webhook.since(sinceMs, 'host/').filter(({ report }) => report.cause.endsWith('/failed')),
      [],
    );
    await expectUntouched(nova, [...vms.there, ...vms.elsewhere], sinceMs);
    await expectNoDoubles([...vms.there, ...vms.elsewhere]);
  },
};
