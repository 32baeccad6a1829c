/** `--keep`: leaves the cluster to whoever watches, does what the switches say, and tells what changes. */
import { join } from 'node:path';
import type { ClusterStatus } from '../core/status.ts';
import { vigilAsTyped } from './program.ts';
import type { Stage } from './stage.ts';
import { makeSwitches, noteSwitches, obeySwitches } from './switches.ts';
import { sleep } from './wait.ts';

const LOOK_MS = 500;

export async function play(stage: Stage, signal: AbortSignal): Promise<void> {
  const { tell, hosts, cluster, nova, layout } = stage;
  makeSwitches(layout.folder);
  noteSwitches(layout.folder, hosts);
  tellCommands(stage);
  let known: ReadonlyMap<string, string> = new Map();
  while (!signal.aborted) {
    for (const words of obeySwitches(layout.folder, hosts)) tell.say(`${clock()}  ${words}`, 'quiet');
    const now = await look(await cluster.status(), nova).catch(() => known);
    for (const [what, state] of now) {
      if (known.size > 0 && timeless(known.get(what)) !== timeless(state))
        tell.say(`${clock()}  ${what}: ${state}`);
    }
    // While there is no master nothing is known of the rest, which is no news either.
    known = new Map([...known, ...now]);
    await sleep(LOOK_MS);
  }
}

async function look(status: ClusterStatus | null, nova: Stage['nova']): Promise<ReadonlyMap<string, string>> {
  if (status === null) return new Map([['the cluster', 'knows no master']]);
  return new Map([
    ['the cluster', `has master ${status.host}, term ${status.term}`],
    ...status.hosts.map(({ host, verdict, why }): [string, string] => [host, `${verdict} (${why})`]),
    ...(await nova.servers()).map((server): [string, string] => [
      server.name,
      `${server.status} on ${server.host}`,
    ]),
  ]);
}

/** For how long a path has been silent is no news. */
function timeless(state: string | undefined): string | undefined {
  return state?.replaceAll(/\d+ s\b/g, '');
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}

function tellCommands({ tell, layout, hosts }: Stage): void {
  const config = `--config ${hosts[0]?.layout.configFile ?? ''}`;
  const at = (name: string, host: string): string => join(layout.folder, name, host);
  const commands: readonly (readonly [string, string])[] = [
    ['what the cluster knows', `${vigilAsTyped()} status ${config}`],
    ['its hosts, VMs, events', `${vigilAsTyped()} hosts ${config}   (or vms, or events)`],
    ['cut the link of h3', `touch ${at('cut', 'h3')}`],
    ['repair it', `rm ${at('cut', 'h3')}`],
    ['power off h4', `touch ${at('off', 'h4')}`],
    ['power on again', `rm ${at('off', 'h4')}`],
    ['kill the agent of h2', `touch ${at('agent-off', 'h2')}`],
    ['start it again', `rm ${at('agent-off', 'h2')}`],
    ['vouch that a host is dead', `${vigilAsTyped()} confirm-dead h4 --by YOU --yes ${config}`],
    ['the guests at work', `tail -n 1 ${layout.guests}/*`],
    [
      'the cloud',
      `OS_CLIENT_CONFIG_FILE=${layout.cloudsFile} openstack --os-cloud embedded server list --all`,
    ],
  ];
  tell.title('Yours to play with, until Ctrl-C');
  for (const [what, command] of commands) {
    tell.say(`${what}:`, 'quiet');
    tell.say(`  ${command}`);
  }
  tell.say('');
}
