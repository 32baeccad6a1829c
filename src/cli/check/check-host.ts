import { createSocket } from 'node:dgram';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { agentSocket } from '../../api/agent-socket.ts';
import { LOCAL_PATHS } from '../../api/local-routes.ts';
import { errno } from '../../config/errno.ts';
import { readHostFacts } from '../../config/host-facts.ts';
import type { Config } from '../../config/schema.ts';
import { listenAddress } from '../../config/settings.ts';
import { askAgent } from '../agent-client.ts';
import { fine, type Finding, wrong } from './finding.ts';

export function checkFacts(config: Config): Finding {
  const facts = readHostFacts(config);
  return facts.ok ? fine('boot id', facts.boot) : wrong('boot id', facts.words, 'correct host.boot_id_file');
}

/** Can the folder be written, or made? */
export function checkFolder(what: string, path: string): Finding {
  let folder = path;
  while (!existsSync(folder) && folder !== '/') folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return fine(what, folder === path ? path : `${path} can be made`);
  } catch (error) {
    return wrong(
      what,
      `${path}: ${folder} cannot be written (${errno(error)})`,
      'run as the user that runs the agent',
    );
  }
}

export async function checkPorts(config: Config): Promise<readonly Finding[]> {
  const ip = listenAddress(config);
  const answer = await askAgent(agentSocket(config.runtime_directory), {
    method: 'GET',
    path: LOCAL_PATHS.alive,
    deadlineMs: 2_000,
  });
  const runs = answer.ok;
  const { udp_port: udp, api_port: api } = config.network;
  const ports = [
    judge(`UDP port ${udp}`, ip, await udpFault(ip, udp), runs),
    judge(`TCP port ${api}`, ip, await tcpFault(ip, api), runs),
  ];
  if (config.metrics.port === null) return ports;
  const { address, port } = config.metrics;
  return [...ports, judge(`TCP port ${port} (metrics)`, address, await tcpFault(address, port), runs)];
}

function judge(what: string, ip: string, fault: string | null, runs: boolean): Finding {
  if (fault === null) return fine(what, `free on ${ip}`);
  if (fault === 'EADDRINUSE' && runs)
    return fine(what, `in use on ${ip}, by the agent of this host as it seems`);
  if (fault === 'EADDRNOTAVAIL')
    return wrong(what, `${ip} is no address of this host`, 'correct host.address or network.listen_address');
  if (fault === 'EADDRINUSE')
    return wrong(what, `in use on ${ip} by something else`, 'free it, or choose another in network');
  return wrong(what, `cannot be opened on ${ip} (${fault})`, 'run as the user that runs the agent');
}

async function udpFault(ip: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(ip) === 6 ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(errno(error));
    });
    socket.bind({ address: ip, port, exclusive: true }, () => socket.close(() => resolve(null)));
  });
}

async function tcpFault(ip: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(errno(error)));
    server.listen({ host: ip, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
