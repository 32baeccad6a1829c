/**
 * Proves the rig by itself, and measures nova's own floor: ten servers on h1, power loss, force-down, all evacuations
 * issued at once with perfect knowledge, then the host's return.
 */
import assert from 'node:assert/strict';
import {
  type HostName,
  Nova,
  disturbances,
  doubles,
  guestsOn,
  monotonicMs,
  powerOff,
  powerOn,
  readGuest,
  reset,
  start,
  timed,
  waitFor,
} from './rig/index.ts';

const serverCount = 10;
const targets: readonly HostName[] = ['h2', 'h3', 'h4'];
const beganMs = monotonicMs();
const say = (line: string): void =>
  console.log(`${((monotonicMs() - beganMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);

await start({ say, fresh: process.argv.includes('--fresh') });
const cleaned = await timed(reset);
say(`reset took ${cleaned.ms} ms`);

const nova = new Nova();
const created = await timed(async () => {
  const made = await nova.createServers(serverCount, 'h1', 'smoke');
  await nova.waitActive(made, 120_000, 'h1');
  return made;
});
const ids = created.value;
say(`${serverCount} servers ACTIVE after ${created.ms} ms`);

const offMs = await powerOff('h1');
say(`power loss of h1, all dead ${monotonicMs() - offMs} ms after the link`);
await nova.forceDown('h1');
say(`forced down ${monotonicMs() - offMs} ms after the loss`);
await Promise.all(
  ids.map(async (id, index) => {
    const answer = await nova.evacuate(id, targets[index % targets.length]);
    assert.equal(answer.status, 200, answer.text);
  }),
);
say(`all evacuations taken ${monotonicMs() - offMs} ms after the loss`);
await waitFor(
  'all evacuations done',
  async () => {
    const rows = (await nova.evacuations()).filter((row) => ids.includes(row.instance_uuid));
    return rows.length === serverCount && rows.every((row) => row.status === 'done');
  },
  { deadlineMs: 120_000 },
);
const servers = await nova.waitActive(ids);
say(`all ACTIVE elsewhere ${monotonicMs() - offMs} ms after the loss: nova's floor`);
for (const server of servers) assert.ok(targets.some((host) => host === server['OS-EXT-SRV-ATTR:host']));

await powerOn('h1');
const poweredMs = monotonicMs();
assert.equal((await guestsOn('h1')).length, serverCount, 'the dead host still has the definitions');
assert.equal((await nova.setForcedDown('h1', false)).status, 400, 'un-forcing must wait for completed rows');
await waitFor(
  'all rows completed',
  async () => {
    const rows = (await nova.evacuations()).filter((row) => ids.includes(row.instance_uuid));
    return rows.every((row) => row.status === 'completed');
  },
  { deadlineMs: 120_000 },
);
say(`rows completed ${monotonicMs() - poweredMs} ms after h1 came back`);
assert.deepEqual(await guestsOn('h1'), [], 'nova has destroyed what it evacuated');
assert.equal((await nova.setForcedDown('h1', false)).status, 200);
await nova.waitComputesUp(['h1'], 90_000);
say(`h1 up ${monotonicMs() - poweredMs} ms after it came back`);

for (const id of ids) {
  const whole = await readGuest(id);
  assert.deepEqual(doubles(whole), []);
  assert.equal(whole.writers.length, 2, `${id} had ${whole.writers.length} processes`);
  assert.equal(whole.writers[0]?.host, 'h1');
  assert.ok((whole.writers[0]?.lastMs ?? Infinity) <= offMs + 500, 'the old copy outlived its host');
  const since = await readGuest(id, whole.writers[1]?.firstMs ?? 0);
  assert.deepEqual(disturbances(since), []);
}
say('guests: never two writers, new copies undisturbed');
const again = await timed(reset);
say(`reset took ${again.ms} ms`);
