/**
 * Failover times on a real nova, beside nova's own floor for the same evacuations in the same run: everything issued at
 * once, with perfect knowledge and without Vigil. Prints figures, judges nothing. `--runs N` (default 5).
 */
import assert from 'node:assert/strict';
import { hostNames, isEvacuate, monotonicMs, powerOff, type HostName } from './rig/index.ts';
import { idleCost } from './support/idle-cost.ts';
import { clean, raiseRig, raiseVigil, type Stage } from './support/stage.ts';
import { createVms, waitRecovered } from './support/vms.ts';

const VM_COUNT = 10;
const IDLE_MS = 30_000;

interface Times {
  readonly verdictS: number;
  readonly proofS: number;
  readonly firstAcceptedS: number;
  readonly lastActiveS: number;
}

const at = process.argv.indexOf('--runs');
const runs = at === -1 ? 5 : Number(process.argv[at + 1]);
const beganMs = monotonicMs();
const say = (line: string): void =>
  console.log(`${((monotonicMs() - beganMs) / 1000).toFixed(1).padStart(7)} s  ${line}`);

/** From the first request to the last VM ACTIVE, by hand. */
const measureFloor = async (stage: Stage): Promise<number> => {
  const { cluster, nova } = stage;
  await clean(stage);
  const vms = await createVms(nova, 'h1', VM_COUNT);
  await cluster.stop();
  await powerOff('h1');
  await nova.forceDown('h1');
  const targets = hostNames.filter((host) => host !== 'h1');
  const issuedMs = monotonicMs();
  const answers = await Promise.all(vms.there.map((id, i) => nova.evacuate(id, targets[i % targets.length])));
  for (const { status } of answers) assert.equal(status, 200);
  await waitRecovered(nova, vms.there, 'h1');
  const floorS = (monotonicMs() - issuedMs) / 1000;
  say(`floor: ${floorS.toFixed(1)} s`);
  return floorS;
};

const measureFailover = async (stage: Stage, choose: (master: HostName) => HostName): Promise<Times> => {
  const { cluster, nova, proxy } = stage;
  await clean(stage);
  const victim = choose((await cluster.master()).host);
  const vms = await createVms(nova, victim, VM_COUNT);
  const offAt = Date.now();
  const offMs = await powerOff(victim);
  await waitRecovered(nova, vms.there, victim);
  const lastActiveS = (monotonicMs() - offMs) / 1000;
  const accepted = proxy.passed.filter(
    ({ method, path, body, status, answerMs }) =>
      answerMs >= offMs && status === 200 && isEvacuate(method, path, body),
  );
  assert.equal(accepted.length, VM_COUNT);
  const { host } = await cluster.master();
  const journal = (await cluster.journal(host)).filter((entry) => Date.parse(entry.at) >= offAt);
  const since = (event: string, data: Readonly<Record<string, unknown>>): number => {
    const entry = journal.find(
      (one) => one.event === event && Object.entries(data).every(([key, value]) => one.data[key] === value),
    );
    return entry === undefined ? Number.NaN : (Date.parse(entry.at) - offAt) / 1000;
  };
  const times = {
    verdictS: since('verdict', { host: victim, to: 'failed' }),
    proofS: since('incident', { victim, phase: 'evacuating' }),
    firstAcceptedS: (Math.min(...accepted.map(({ answerMs }) => answerMs)) - offMs) / 1000,
    lastActiveS,
  };
  say(
    Object.entries(times)
      .map(([name, value]) => `${name} ${value.toFixed(1)}`)
      .join('  '),
  );
  return times;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const row = (name: string, values: readonly number[]): string =>
  `${name.padEnd(52)} ${[Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(1).padStart(7)).join(' ')}`;

const show = (who: string, all: readonly Times[], floorS: readonly number[]): void => {
  console.log(
    `\n${`power loss of ${who}, ${VM_COUNT} VMs, seconds since`.padEnd(52)}     min  median     max`,
  );
  console.log(
    row(
      '  verdict failed',
      all.map(({ verdictS }) => verdictS),
    ),
  );
  console.log(
    row(
      '  proof silence',
      all.map(({ proofS }) => proofS),
    ),
  );
  console.log(
    row(
      '  first evacuation accepted by nova',
      all.map(({ firstAcceptedS }) => firstAcceptedS),
    ),
  );
  console.log(
    row(
      '  last VM ACTIVE',
      all.map(({ lastActiveS }) => lastActiveS),
    ),
  );
  console.log(
    row(
      '  from first accepted to last ACTIVE',
      all.map(({ firstAcceptedS, lastActiveS }) => lastActiveS - firstAcceptedS),
    ),
  );
  console.log(row("  nova's own floor, first request to last ACTIVE", floorS));
};

const stage = await raiseRig(say);
try {
  await raiseVigil(stage);
  const { host: masterHost } = await stage.cluster.master();
  const slave = hostNames.find((host) => host !== masterHost) ?? 'h1';
  const cost = await idleCost([stage.cluster.agent(slave), ...stage.cluster.beats(slave)], IDLE_MS);
  say(
    `idle slave, agent and two beats: ${cost.memoryMib.toFixed(0)} MiB resident, ${cost.corePercent.toFixed(2)} % of a core`,
  );
  const floorS: number[] = [];
  const ofSlave: Times[] = [];
  const ofMaster: Times[] = [];
  for (let run = 1; run <= runs; run += 1) {
    say(`run ${run} of ${runs}`);
    floorS.push(await measureFloor(stage));
    stage.cluster.start();
    ofSlave.push(await measureFailover(stage, (master) => hostNames.find((host) => host !== master) ?? 'h1'));
    ofMaster.push(await measureFailover(stage, (master) => master));
  }
  show("a slave's host", ofSlave, floorS);
  show("the master's host", ofMaster, floorS);
  console.log(`\nidle slave: ${cost.memoryMib.toFixed(0)} MiB, ${cost.corePercent.toFixed(2)} % of a core`);
} finally {
  await stage.strike(process.argv.includes('--keep'));
}
process.exit();
