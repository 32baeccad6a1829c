/** The contract suite, which the embedded cloud passes in `make test`, against the rig's real nova. */
import { contractOnRealNova } from '../contract/real-nova.ts';
import {
  cloudsYaml,
  flavorId,
  hostNames,
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

export const contractOnTheRig = async (say: (line: string) => void): Promise<boolean> => {
  const ok = await contractOnRealNova(
    {
      cloudsFile: cloudsYaml,
      cloud: 'rig',
      hosts: hostNames,
      serverTemplate: { flavorRef: flavorId, networks: 'none', imageRef: await new Nova().imageId() },
      killCompute: (host) => killCompute(hostOf(host)),
      startCompute: (host) => startCompute(hostOf(host)),
    },
    say,
  );
  await reset();
  return ok;
};
