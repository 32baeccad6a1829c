/**
 * Tries what Vigil promises on a real OpenStack: installs and starts it, runs the cases one after the other, and stops
 * what it started. `--only WORDS` runs the cases whose name holds the words, `--keep` leaves the rig running.
 */
import { install, isRunning, Nova, reset, start, stop, SwallowProxy } from './rig/index.ts';
import { everybodyUnplugged, isolatedHost, isolatedMaster, partitionTwoAndTwo } from './cases/network.ts';
import { agentDies } from './cases/processes.ts';
import { volumesHang } from './cases/storage.ts';
import { masterLosesPower, slaveLosesPower } from './cases/power-loss.ts';
import { masterDiesMidway, masterFreezesMidway } from './cases/master-dies-midway.ts';
import { answerSwallowed, novaApiDown } from './cases/nova-trouble.ts';
import { hostReturns } from './cases/return.ts';
import { heldWithoutProof } from './cases/no-proof.ts';
import { contractOnTheRig } from './contract.ts';
import type { Case, Scene } from './support/case.ts';
import { Cluster } from './support/cluster.ts';
import { isPoweredOn, hostNames, monotonicMs, powerOn } from './rig/index.ts';
import { WebhookListener } from './support/webhook-listener.ts';

const cases: readonly Case[] = [
  slaveLosesPower,
  masterLosesPower,
  isolatedHost,
  isolatedMaster,
  partitionTwoAndTwo,
  agentDies,
  volumesHang,
  everybodyUnplugged,
  ...masterDiesMidway(8),
  novaApiDown,
  hostReturns,
  answerSwallowed,
  masterFreezesMidway,
  heldWithoutProof,
];

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
};
const only = argument('--only');
const keep = process.argv.includes('--keep');

const beganMs = monotonicMs();
const say = (line: string): void =>
  console.log(`${((monotonicMs() - beganMs) / 1000).toFixed(1).padStart(7)} s  ${line}`);

/** Every case begins with all hosts on, all agents up, no servers, nothing open. */
const prepare = async ({ cluster, proxy }: Scene): Promise<void> => {
  proxy.beforeForward(undefined);
  proxy.passAll();
  for (const host of hostNames) if (!(await isPoweredOn(host))) await powerOn(host);
  await reset();
  await cluster.restartMissing();
  await cluster.waitSettled();
};

const runCase = async (scene: Scene, one: Case): Promise<boolean> => {
  const caseMs = monotonicMs();
  const took = (): string => `${((monotonicMs() - caseMs) / 1000).toFixed(0)} s`;
  try {
    await prepare(scene);
    await one.run(scene);
    say(`passed  ${one.name} (${took()})`);
    return true;
  } catch (error) {
    say(
      `FAILED  ${one.name} (${took()})\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return false;
  }
};

let failed = 0;
let passed = 0;
const count = (ok: boolean): void => {
  if (ok) passed += 1;
  else failed += 1;
};

await install(say);
const ran = await isRunning();
await start({ say });
const webhook = new WebhookListener();
const proxy = new SwallowProxy();
const cluster = new Cluster();
try {
  await webhook.start();
  await proxy.start();
  await reset();
  if (only === undefined || 'contract'.includes(only)) count(await contractOnTheRig(say));
  await cluster.install();
  await cluster.configure();
  cluster.start();
  await cluster.waitSettled();
  say('four agents with two beats each; one master');
  const scene: Scene = { cluster, nova: new Nova(), proxy, webhook, say: (line) => say(`        ${line}`) };
  for (const one of cases)
    if (only === undefined || one.name.includes(only)) count(await runCase(scene, one));
} finally {
  await cluster.stop();
  webhook.stop();
  await proxy.stop();
  if (!keep && !ran) await stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
// Connections kept to agents that are gone must not keep this process.
process.exit();
