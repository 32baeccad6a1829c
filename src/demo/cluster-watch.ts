/** What the cluster says of itself: the master's status, asked at any agent that answers. */
import { agentSocket } from '../api/agent-socket.ts';
import type { StatusTold } from '../api/cluster-questions.ts';
import { LOCAL_PATHS } from '../api/local-routes.ts';
import { askAgent } from '../cli/agent-client.ts';
import type { ClusterStatus, HostStatus, IncidentStatus } from '../core/status.ts';
import type { HostLayout } from './layout.ts';

const ASK_MS = 2_000;

export interface ClusterWatch {
  /** Null: nobody who answers knows a master. */
  status(): Promise<ClusterStatus | null>;
}

export function watchCluster(hosts: readonly HostLayout[]): ClusterWatch {
  /** Whoever was master last is asked first: it answers from its own knowledge. */
  let first = hosts[0]?.name ?? '';
  return {
    async status() {
      const order = [...hosts].sort((a, b) => Number(b.name === first) - Number(a.name === first));
      for (const host of order) {
        const told = await ask(host);
        if (told === null || told.source !== 'master') continue;
        first = told.status.host;
        return told.status;
      }
      return null;
    },
  };
}

async function ask(host: HostLayout): Promise<StatusTold | null> {
  const answer = await askAgent(agentSocket(host.runtime), {
    method: 'GET',
    path: LOCAL_PATHS.status,
    deadlineMs: ASK_MS,
  });
  return answer.ok && isTold(answer.json) ? answer.json : null;
}

/** An agent of this very program: what it says has the type that it was made with. */
function isTold(json: unknown): json is StatusTold {
  return typeof json === 'object' && json !== null && 'status' in json && 'source' in json;
}

export function hostIn(status: ClusterStatus | null, host: string): HostStatus | null {
  return status?.hosts.find((known) => known.host === host) ?? null;
}

export function incidentOf(status: ClusterStatus | null, host: string): IncidentStatus | null {
  return status?.incidents.find((incident) => incident.host === host) ?? null;
}
