import { join } from 'node:path';

/** Where the agent of this host listens for the commands of this host. */
export function agentSocket(runtimeDirectory: string): string {
  return join(runtimeDirectory, 'agent.sock');
}
