/** Between two cases: no servers, no open rows, all hosts on, plugged, enabled and up. Quicker than a new start. */
import { sql } from './database.ts';
import { daemon } from './daemons.ts';
import {
  guestsOn,
  isPoweredOn,
  killCompute,
  powerOn,
  purgeGuests,
  startCompute,
  thawCompute,
} from './hosts.ts';
import { heal, plugManagement } from './network.ts';
import { Nova } from './nova.ts';
import { startNovaApi, thawNovaApi } from './services.ts';
import { type HostName, hostNames, volumeNames } from './settings.ts';
import { mountVolumes, resumeStorage } from './storage.ts';
import { waitFor } from './wait.ts';

const deletedDeadlineMs = 60_000;
const upDeadlineMs = 150_000;

const repairHost = async (host: HostName): Promise<void> => {
  if (!(await isPoweredOn(host))) return powerOn(host, { services: false });
  await plugManagement(host);
  for (const volume of volumeNames) {
    if (daemon(`bindfs-${host}-${volume}`) !== undefined) resumeStorage(host, volume);
  }
  await mountVolumes(host);
  if (daemon(`nova-compute-${host}`) !== undefined) thawCompute(host);
  await startCompute(host);
};

/** Ends every fault; hosts that were off are on afterwards, without the services registered for them. */
export const repairAll = async (): Promise<void> => {
  await heal();
  if (daemon('nova-api') === undefined) await startNovaApi();
  thawNovaApi();
  for (const host of hostNames) await repairHost(host);
};

/** Servers stuck in a task that nobody will finish do not go by DELETE alone. */
const deleteServers = async (nova: Nova): Promise<void> => {
  const servers = await nova.servers();
  await Promise.all(servers.map((server) => nova.deleteServer(server.id)));
  let left = servers;
  await waitFor(
    'servers to be gone',
    async () => {
      left = await nova.servers();
      return left.length === 0;
    },
    { deadlineMs: deletedDeadlineMs, everyMs: 500, explain: () => left.map((one) => one.name).join(' ') },
  );
};

/**
 * Nova completes the rows of an evacuation only when the source's nova-compute starts, and then looks at deleted
 * servers' rows too. Between cases all are settled in the database, so that none reaches into the next case.
 */
const completeRows = (): Promise<string> =>
  sql(
    "update migrations set status = 'completed' where status in ('accepted', 'pre-migrating', 'done')",
    'nova',
  );

const unforce = async (nova: Nova, host: HostName): Promise<void> => {
  const service = await nova.service(host);
  if (service.forced_down) {
    const answer = await nova.setForcedDown(host, false);
    if (answer.status !== 200) throw new Error(`un-force ${host}: ${answer.status} ${answer.text}`);
  }
  if (service.status !== 'enabled') await nova.enable(host);
};

export const reset = async (): Promise<void> => {
  await repairAll();
  const nova = new Nova();
  await deleteServers(nova);
  await completeRows();
  for (const host of hostNames) await unforce(nova, host);
  for (const host of hostNames) {
    if ((await guestsOn(host)).length > 0) await purgeGuests(host);
  }
  await nova.waitComputesUp(hostNames, upDeadlineMs);
};

/** Restarts nova-compute of a host, with its guests running on. */
export const restartCompute = async (host: HostName): Promise<void> => {
  await killCompute(host);
  await startCompute(host);
};
