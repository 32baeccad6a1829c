/** The master dies while it evacuates, at three instants: all recovered, never two open rows of a VM. */
import assert from 'node:assert/strict';
import {
  type HostName,
  hostNames,
  isEvacuate,
  monotonicMs,
  powerOff,
  signal,
  waitFor,
} from '../rig/index.ts';
import type { Case, Scene } from '../support/case.ts';
import { secondsSince } from '../support/time.ts';
import { createVms, expectUntouched, rowsOf, waitRecovered } from '../support/vms.ts';

const VM_COUNT = 10;

interface Request {
  readonly method: string;
  readonly path: string;
  /** Evacuations that were on their way to nova, this one included if it is one. */
  readonly posts: number;
  readonly isPost: boolean;
}

interface Instant {
  readonly name: string;
  /** The master dies while this request is held on its way to nova. */
  readonly isIt: (request: Request, victim: HostName) => boolean;
}

/** Nothing was asked of nova yet. */
const onDeclaration: Instant = {
  name: 'before the first POST',
  isIt: ({ method, path }, victim) => method === 'GET' && path.includes(`/os-migrations?host=${victim}`),
};
/** nova may still force the host down when somebody else is master. */
const onForceDown: Instant = {
  name: 'as it forces the host down',
  isIt: ({ method, path }) => method === 'PUT' && path.includes('/os-services/'),
};
const betweenPostAndAnswer: Instant = {
  name: 'between a POST and its answer',
  isIt: ({ isPost, posts }) => isPost && posts === 3,
};
const afterLast: Instant = {
  name: 'after the last POST',
  isIt: ({ isPost, posts }) => isPost && posts === VM_COUNT,
};

const dies = (instant: Instant): Case => ({
  name: `master killed while evacuating, ${instant.name}`,
  run: (scene) => dieAt(scene, instant),
});

/**
 * The worst instants on a real nova; all others are the simulator's. What nova was asked to force down stays open for Q
 * afterwards, so that comes last: no case waits for it.
 */
export const masterDiesMidway: readonly Case[] = [betweenPostAndAnswer, onForceDown].map(dies);
export const masterDiesMidwayAgain: readonly Case[] = [onDeclaration, afterLast, betweenPostAndAnswer].map(
  dies,
);

const dieAt = async ({ cluster, nova, proxy, say }: Scene, instant: Instant): Promise<void> => {
  const master = await cluster.master();
  const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
  const vms = await createVms(nova, victim, VM_COUNT);
  let posts = 0;
  let killedMs = 0;
  // The proxy knows what is on its way to nova, and holds it until the master is dead.
  proxy.beforeForward((method, path, body) => {
    const isPost = isEvacuate(method, path, body);
    if (isPost) posts += 1;
    if (killedMs !== 0 || !instant.isIt({ method, path, posts, isPost }, victim)) return;
    killedMs = monotonicMs();
    cluster.killAgent(master.host);
  });
  const offMs = await powerOff(victim);
  const worst = { open: 0 };
  const watching = watchOpenRows(nova, vms.there, worst);
  await waitFor('the master to be killed', () => killedMs !== 0, { deadlineMs: 90_000 });
  // Its unit starts it again.
  cluster.startAgent(master.host);
  await waitRecovered(nova, vms.there, victim, 300_000);
  await watching.stop();
  proxy.beforeForward(undefined);
  say(
    `killed ${((killedMs - offMs) / 1000).toFixed(1)} s after the power loss, all ACTIVE after ${secondsSince(offMs)}`,
  );
  assert.ok(worst.open <= 1, `never two open rows of a VM, there were ${worst.open}`);
  await expectUntouched(nova, vms.elsewhere, offMs);
};

/** Looks at nova's rows all the while. */
const watchOpenRows = (
  nova: Scene['nova'],
  ids: readonly string[],
  worst: { open: number },
): { stop(): Promise<void> } => {
  const state = { on: true };
  const loop = (async () => {
    while (state.on) {
      const rows = await rowsOf(nova, ids).catch(() => []);
      const open = rows.filter(({ status }) => status === 'accepted' || status === 'pre-migrating');
      for (const id of ids)
        worst.open = Math.max(worst.open, open.filter((row) => row.instance_uuid === id).length);
    }
  })();
  return {
    stop: async () => {
      state.on = false;
      await loop;
    },
  };
};

export const masterFreezesMidway: Case = {
  name: 'master stopped for 30 s in mid-recovery, then continued',
  run: async ({ cluster, nova, proxy }) => {
    const master = await cluster.master();
    const victim = hostNames.find((host) => host !== master.host) ?? 'h1';
    const vms = await createVms(nova, victim, VM_COUNT);
    let frozenMs = 0;
    proxy.beforeForward((method, path, body) => {
      if (frozenMs !== 0 || !isEvacuate(method, path, body)) return;
      frozenMs = monotonicMs();
      signal(cluster.agent(master.host), 'SIGSTOP');
    });
    const offMs = await powerOff(victim);
    await waitFor('the master to be frozen', () => frozenMs !== 0, { deadlineMs: 60_000 });
    await waitFor('half a minute to pass', () => monotonicMs() - frozenMs >= 30_000, { deadlineMs: 40_000 });
    const others = (await cluster.masters()).filter(({ host }) => host !== master.host);
    assert.equal(others.length, 1, 'a new master has taken over');
    const thawedAt = new Date().toISOString();
    signal(cluster.agent(master.host), 'SIGCONT');
    await waitRecovered(nova, vms.there, victim, 300_000);
    proxy.beforeForward(undefined);
    const orders = (await cluster.journal(master.host)).filter(
      (entry) => entry.event === 'order' && entry.at > thawedAt,
    );
    assert.deepEqual(orders, [], 'the old master sends nothing once it runs again');
    assert.equal((await cluster.masters()).length, 1);
    await expectUntouched(nova, vms.elsewhere, offMs);
  },
};
