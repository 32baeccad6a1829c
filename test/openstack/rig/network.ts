/**
 * The management network: one bridge with the controllers' address in the root namespace, and per host a namespace
 * with a veth pair. Links are cut at the root end, partitions by dropping in the bridge itself, so that inside a
 * host everything still looks healthy, as it does behind a broken switch.
 */
import {
  type HostName,
  bridge,
  controllerIp,
  hostIp,
  hostMac,
  hostNames,
  netnsOf,
  vethOf,
} from './settings.ts';
import { run } from './shell.ts';

const partitionTable = 'vigil_rig';
const inner = 'mgmt0';

const ip = (...args: string[]): Promise<unknown> => run(['ip', ...args]);
const ipMaybe = async (...args: string[]): Promise<boolean> =>
  (await run(['ip', ...args], { allowFailure: true })).code === 0;

export const createBridge = async (): Promise<void> => {
  await ip('link', 'add', bridge, 'type', 'bridge', 'stp_state', '0', 'forward_delay', '0');
  // A fixed address: a bridge otherwise takes on the lowest of its ports', and changes it when hosts come and go.
  await ip('link', 'set', bridge, 'address', '02:76:67:00:00:fe', 'up');
  await ip('addr', 'add', `${controllerIp}/24`, 'dev', bridge);
};

export const createHostNetwork = async (host: HostName): Promise<void> => {
  const netns = netnsOf(host);
  await ip('netns', 'add', netns);
  const pair = ['link', 'add', vethOf(host), 'type', 'veth', 'peer', 'name', inner, 'netns', netns];
  await ip(...pair, 'address', hostMac(host));
  await ip('-n', netns, 'link', 'set', 'lo', 'up');
  await ip('-n', netns, 'addr', 'add', `${hostIp(host)}/24`, 'dev', inner);
  await ip('-n', netns, 'link', 'set', inner, 'up');
  await ip('-n', netns, 'route', 'add', 'default', 'via', controllerIp);
  await ip('link', 'set', vethOf(host), 'master', bridge, 'up');
};

/** The link goes first, so that no FIN or RST tells anybody of the death of what ran here. */
export const cutLink = (host: HostName): Promise<unknown> => ip('link', 'set', vethOf(host), 'down');

export const removeHostNetwork = async (host: HostName): Promise<void> => {
  await ipMaybe('link', 'del', vethOf(host));
  await ipMaybe('netns', 'del', netnsOf(host));
};

export const hostNetworkExists = (host: HostName): Promise<boolean> =>
  ipMaybe('-n', netnsOf(host), 'link', 'show', inner);

/** Pids of all processes inside the host. */
export const pidsInHost = async (host: HostName): Promise<number[]> => {
  const { stdout } = await run(['ip', 'netns', 'pids', netnsOf(host)], { allowFailure: true });
  return stdout.split('\n').filter(Boolean).map(Number);
};

/** Forgets what was learnt while links were cut: a FAILED neighbour entry would delay the recovery. */
const flushNeighbours = async (): Promise<void> => {
  await ipMaybe('neigh', 'flush', 'dev', bridge);
  for (const host of hostNames) await ipMaybe('-n', netnsOf(host), 'neigh', 'flush', 'dev', inner);
};

export const unplugManagement = async (host: HostName): Promise<void> => {
  await cutLink(host);
};

export const plugManagement = async (host: HostName): Promise<void> => {
  await ip('link', 'set', vethOf(host), 'up');
  await flushNeighbours();
};

export interface PartitionOptions {
  /** Which side still reaches the controllers: both (default), or the first group only. */
  readonly controllers?: 'both' | 'first';
}

/** Cuts the two groups from each other; a partition in force is replaced. */
export const partition = async (
  first: readonly HostName[],
  second: readonly HostName[],
  options: PartitionOptions = {},
): Promise<void> => {
  const set = (hosts: readonly HostName[]): string =>
    `{ ${hosts.map((host) => `"${vethOf(host)}"`).join(', ')} }`;
  const [a, b] = [set(first), set(second)];
  const forward = [`iifname ${a} oifname ${b} drop`, `iifname ${b} oifname ${a} drop`];
  const alone = options.controllers === 'first';
  const rules = (lines: readonly string[]): string => lines.map((line) => `    ${line}\n`).join('');
  const chain = (hook: string, lines: readonly string[]): string =>
    `  chain ${hook}_cut {\n    type filter hook ${hook} priority 0; policy accept;\n${rules(lines)}  }\n`;
  await heal();
  const table =
    chain('forward', forward) +
    chain('input', alone ? [`iifname ${b} drop`] : []) +
    chain('output', alone ? [`oifname ${b} drop`] : []);
  await run(['nft', '-f', '-'], { input: `table bridge ${partitionTable} {\n${table}}\n` });
};

/** Ends a partition. */
export const heal = async (): Promise<void> => {
  await run(['nft', 'delete', 'table', 'bridge', partitionTable], { allowFailure: true });
  await flushNeighbours();
};

export const removeNetwork = async (): Promise<void> => {
  await run(['nft', 'delete', 'table', 'bridge', partitionTable], { allowFailure: true });
  for (const host of hostNames) await removeHostNetwork(host);
  await ipMaybe('link', 'del', bridge);
};
