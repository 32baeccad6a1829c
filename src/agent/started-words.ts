import type { Config } from '../config/schema.ts';
import { listenAddress } from '../config/settings.ts';

/** The one line that an agent prints when it has started well: what it is, and where. */
export function startedWords(config: Config, version: string): string {
  const { cluster, host, network } = config;
  const role = `${host.role}, ${host.eligible ? 'eligible' : 'not eligible'}`;
  const ports = `UDP ${network.udp_port} and TCP ${network.api_port}`;
  const volumes = config.volumes.map(({ name, path, role }) => `${name} (${role}) ${path}`).join(', ');
  return (
    `started ${version} on ${host.name} of cluster ${cluster.name} (${role}), ` +
    `at ${listenAddress(config)} ${ports}, volumes ${volumes}`
  );
}
