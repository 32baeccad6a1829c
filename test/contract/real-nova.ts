/**
 * Runs the contract against a real OpenStack. The rig that started it calls {@link contractOnRealNova} with what only it
 * can do; the habits that this nova did not show are told by name and do not fail.
 */
import { loadCloud } from '../../src/drivers/clouds-yaml/load-cloud.ts';
import { describeAccessProblem } from '../../src/drivers/clouds-yaml/cloud-access.ts';
import { runContract } from './suite.ts';
import type { ContractTarget } from './target.ts';

export interface RealNova {
  readonly cloudsFile: string;
  readonly cloud: string;
  readonly hosts: readonly string[];
  readonly zone?: string;
  /** `flavorRef`, `networks` and, for servers that boot from an image, `imageRef`. */
  readonly serverTemplate: Readonly<Record<string, unknown>>;
  killCompute(host: string): Promise<void>;
  startCompute(host: string): Promise<void>;
  readonly failClaims?: NonNullable<ContractTarget['failClaims']>;
  readonly failSpawns?: NonNullable<ContractTarget['failSpawns']>;
}

/** Three report intervals of nova and its own slow turns. */
const SETTLE_MS = 60_000;
const QUIET_MS = 15_000;

/** True when every case held. */
export async function contractOnRealNova(nova: RealNova, print: (line: string) => void): Promise<boolean> {
  const loaded = loadCloud({
    path: nova.cloudsFile,
    cloud: nova.cloud,
    fromEnvironment: null,
    workingFolder: '.',
    homeFolder: '.',
  });
  if (!loaded.ok) {
    for (const problem of loaded.problems) print(describeAccessProblem(problem));
    return false;
  }
  const target: ContractTarget = {
    name: 'the real nova',
    access: loaded.access,
    hosts: nova.hosts,
    zone: nova.zone ?? 'nova',
    serverTemplate: nova.serverTemplate,
    habitsMustShow: false,
    settleMs: SETTLE_MS,
    quietMs: QUIET_MS,
    killCompute: (host) => nova.killCompute(host),
    startCompute: (host) => nova.startCompute(host),
    failClaims: nova.failClaims ?? null,
    failSpawns: nova.failSpawns ?? null,
    stopCell: null,
  };
  return runContract(target, print);
}
