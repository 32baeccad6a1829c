/**
 * Tries what Vigil promises on a real OpenStack: installs and starts it, runs the cases one after the other, and stops
 * what it started. `--all` adds what differs from another case in little that a real nova sees, `--only WORDS` runs the
 * cases of all whose name holds the words, `--keep` leaves the rig running.
 */
import { maintenance } from './cases/maintenance.ts';
import { masterDiesMidway, masterDiesMidwayAgain, masterFreezesMidway } from './cases/master-dies-midway.ts';
import { everybodyUnplugged, isolatedHost, isolatedMaster, partitionTwoAndTwo } from './cases/network.ts';
import { heldWithoutProof } from './cases/no-proof.ts';
import { answerSwallowed, novaApiDown } from './cases/nova-trouble.ts';
import { masterLosesPower, slaveLosesPower } from './cases/power-loss.ts';
import { agentDies } from './cases/processes.ts';
import { fastReboot, fastRebootOfMaster } from './cases/fast-reboot.ts';
import { hostReturns } from './cases/return.ts';
import { volumesHang } from './cases/storage.ts';
import { contractOnTheRig } from './contract.ts';
import { monotonicMs } from './rig/index.ts';
import type { Case, Scene } from './support/case.ts';
import { clean, raiseRig, raiseVigil } from './support/stage.ts';

const cases: readonly Case[] = [
  slaveLosesPower,
  masterLosesPower,
  isolatedHost,
  partitionTwoAndTwo,
  agentDies,
  volumesHang,
  novaApiDown,
  hostReturns,
  maintenance,
  fastReboot,
  answerSwallowed,
  masterFreezesMidway,
  heldWithoutProof,
  ...masterDiesMidway,
];
const variants: readonly Case[] = [
  isolatedMaster,
  everybodyUnplugged,
  fastRebootOfMaster,
  ...masterDiesMidwayAgain,
];

const at = process.argv.indexOf('--only');
const only = at === -1 ? '' : (process.argv[at + 1] ?? '');
const all = process.argv.includes('--all') || only !== '';
const keep = process.argv.includes('--keep');

const beganMs = monotonicMs();
const say = (line: string): void =>
  console.log(`${((monotonicMs() - beganMs) / 1000).toFixed(1).padStart(7)} s  ${line}`);

let passed = 0;
let failed = 0;
const attempt = async (name: string, run: () => Promise<unknown>): Promise<void> => {
  const caseMs = monotonicMs();
  const took = (): string => `${((monotonicMs() - caseMs) / 1000).toFixed(0)} s`;
  try {
    await run();
    passed += 1;
    say(`passed  ${name} (${took()})`);
  } catch (error) {
    failed += 1;
    say(
      `FAILED  ${name} (${took()})\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
};

const stage = await raiseRig(say);
try {
  if ('contract'.includes(only)) {
    await attempt('contract suite against the real nova', async () => {
      if (!(await contractOnTheRig(say))) throw new Error('see above');
    });
  }
  const chosen = [...cases, ...(all ? variants : [])].filter(({ name }) => name.includes(only));
  if (chosen.length > 0) await raiseVigil(stage);
  const scene: Scene = { ...stage, say: (line) => say(`        ${line}`) };
  for (const one of chosen) {
    await attempt(one.name, async () => {
      await clean(scene);
      await one.run(scene);
    });
  }
} finally {
  await stage.strike(keep);
}
console.log(`${passed} passed, ${failed} failed`);
// Connections that are kept to agents which are gone must not keep this process.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
