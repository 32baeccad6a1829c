import { isWhole, type Stage } from './stage.ts';
import { seconds } from './tell.ts';
import { HOST_NAMES, VMS } from './layout.ts';

const START_MS = 90_000;

/** Switches all hosts on and waits until there is something that could fail. */
export async function startHosts(stage: Stage): Promise<void> {
  const { tell, cluster, nova, guests } = stage;
  const beganMs = performance.now();
  for (const host of stage.hosts) host.powerOn();
  tell.say(
    `${HOST_NAMES.length} hosts are on: an agent, two beats and a pretended nova-compute each, all processes of their own`,
  );
  const status = await stage.until('a master and five hosts online', START_MS, async () => {
    const found = await cluster.status();
    return isWhole(found) ? found : null;
  });
  const servers = await stage.until(`${VMS} guests that run`, START_MS, async () => {
    const all = await nova.servers();
    return all.length === VMS && all.every(({ id }) => guests.lines(id) > 1) ? all : null;
  });
  tell.say(
    `elected: ${status.host} is master (term ${status.term}), ${seconds(performance.now() - beganMs)} s after the start`,
  );
  tell.say('');
  tell.table(
    ['HOST', 'VERDICT', 'NETWORK', 'VOLUMES', 'VMS'],
    status.hosts.map(({ host, verdict, network, volumes }) => [
      host === status.host ? `${host} (master)` : host,
      verdict,
      network.state,
      volumes.map(({ name, state }) => `${name} ${state}`).join(', '),
      servers
        .filter((server) => server.host === host)
        .map(({ name }) => name)
        .join(' '),
    ]),
  );
}
