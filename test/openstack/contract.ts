/** The contract suite, which the embedded cloud passes in `make test`, against the rig's real nova. */
import { contractOnRealNova } from '../contract/real-nova.ts';
import {
  cloudsYaml,
  flavorId,
  guestsOn,
  hostNames,
  killAll,
  killCompute,
  Nova,
  reset,
  startCompute,
  type HostName,
} from './rig/index.ts';

const hostOf = (name: string): HostName => {
  const host = hostNames.find((known) => known === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
};

/** nova-compute and its guests, as when the host dies; what the hypervisor has defined stays. */
const killWithGuests = async (host: HostName): Promise<void> => {
  await killCompute(host);
  const guests = await guestsOn(host);
  await killAll(
    guests.flatMap(({ pid, ticks }) => (pid === null || ticks === null ? [] : [{ pid, startTicks: ticks }])),
  );
};

export const contractOnTheRig = async (say: (line: string) => void): Promise<boolean> => {
  // nova calls a nova-compute up for a minute after its last report: this asks for a new one of each.
  await new Nova().waitComputesUp(hostNames, 120_000, Date.now());
  const ok = await contractOnRealNova(
    {
      cloudsFile: cloudsYaml,
      cloud: 'rig',
      hosts: hostNames,
      serverTemplate: { flavorRef: flavorId, networks: 'none', imageRef: await new Nova().imageId() },
      killCompute: (host) => killWithGuests(hostOf(host)),
      startCompute: (host) => startCompute(hostOf(host)),
    },
    say,
  );
  await reset();
  return ok;
};
