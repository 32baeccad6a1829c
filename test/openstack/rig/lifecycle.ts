/**
 * The whole rig, up and down. A start first removes whatever an earlier run left, however that one ended, so the way
 * to a clean rig is always the same.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeConfig } from './config-files.ts';
import { daemon, recordedDaemons } from './daemons.ts';
import { hasPristine, restorePristine, savePristine, sql, startDatabase } from './database.ts';
import { isPoweredOn, killCompute, powerOn, startCompute } from './hosts.ts';
import { createBridge, removeNetwork } from './network.ts';
import { Nova } from './nova.ts';
import { openSession } from './openstack.ts';
import { missingPackages } from './packages.ts';
import { killAll, markedProcesses, withFamily } from './processes.ts';
import {
  controllerDaemons,
  startBus,
  startCache,
  startGlance,
  startKeystone,
  startNeutron,
  startNovaApi,
  startNovaWorkers,
  startPlacement,
  stopControllers,
} from './services.ts';
import { dirs, etcFile, hostNames } from './settings.ts';
import { createFlavor, createIdentity, createImage, createNetwork, createSchemas } from './setup.ts';
import { run } from './shell.ts';
import { createVolumes, removeStorageMounts } from './storage.ts';
import { waitFor } from './wait.ts';

export type Say = (line: string) => void;

const upDeadlineMs = 180_000;
const readyFile = join(dirs.run, 'ready');

/** Ends everything that carries the rig's mark or is recorded by it, and removes its mounts and networks. */
export const stop = async (): Promise<void> => {
  await rm(readyFile, { force: true });
  const recorded = recordedDaemons().flatMap((name) => daemon(name) ?? []);
  const own = [...withFamily(recorded), ...markedProcesses()];
  await killAll(own, 30_000);
  await removeStorageMounts();
  await removeNetwork();
  await rm(dirs.run, { recursive: true, force: true });
  await rm(dirs.hosts, { recursive: true, force: true });
  await rm(dirs.guestFiles, { recursive: true, force: true });
};

const all = async (work: readonly Promise<unknown>[]): Promise<void> => {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};

/** From a running database to a cloud whose four computes report. */
const startServices = async (say: Say, afterKeystone: () => Promise<void>): Promise<void> => {
  const sinceMs = Date.now();
  await all([startBus(), startCache(), startKeystone(), startPlacement()]);
  await afterKeystone();
  say('keystone, placement and the message bus are up');
  startNovaWorkers();
  // Placement is there already: a nova-compute that misses it at its start tries again only a minute later.
  for (const host of hostNames) await startCompute(host);
  await all([startGlance(), startNeutron(), startNovaApi()]);
  say('APIs are up');
  await createNetwork();
  const nova = new Nova();
  const controllers = ['nova-conductor', 'nova-scheduler'];
  await waitFor(
    'conductor and scheduler up',
    async () => {
      const services = await nova.services();
      const fresh = services.filter(
        (one) => one.state === 'up' && Date.parse(`${one.updated_at}Z`) >= sinceMs - 1000,
      );
      return controllers.every((binary) => fresh.some((one) => one.binary === binary));
    },
    { deadlineMs: upDeadlineMs, everyMs: 500 },
  );
  await nova.waitComputesUp(hostNames, upDeadlineMs, sinceMs - 1000);
  say('four nova-computes are up');
};

const providersSchema = z.object({ resource_providers: z.array(z.object({ name: z.string() })) });

/** Every host can be scheduled to: mapped to the cell, and known to placement with its resources. */
const waitSchedulable = async (): Promise<void> => {
  await waitFor(
    'resource providers of all hosts',
    async () => {
      const path = '/resource_providers?resources=VCPU:1';
      const { resource_providers: providers } = await openSession().json(
        providersSchema,
        'placement',
        'GET',
        path,
      );
      return hostNames.every((host) => providers.some((provider) => provider.name === host));
    },
    { deadlineMs: upDeadlineMs, everyMs: 1000 },
  );
};

/** Everything that is done once: ends with a copy of the state, and all services stopped. */
const setUp = async (say: Say): Promise<void> => {
  await createSchemas(say);
  await startServices(say, createIdentity);
  await createFlavor();
  await createImage();
  const map = ['nova-manage', '--config-file', etcFile('nova', 'nova.conf'), 'cell_v2', 'discover_hosts'];
  await run(map, { deadlineMs: 120_000 });
  await waitSchedulable();
  const mapped = await sql('select count(*) from host_mappings', 'nova_api');
  if (Number(mapped) !== hostNames.length) throw new Error(`hosts mapped: ${mapped}`);
  for (const host of hostNames) await killCompute(host);
  await stopControllers();
  await savePristine();
  say('set-up: done and kept for the next start');
};

export interface StartOptions {
  /** Start anew even when a healthy rig runs already. */
  readonly fresh?: boolean;
  readonly say?: Say;
}

/** Everything the rig started is still there, all hosts are on, and nova answers. */
export const isRunning = async (): Promise<boolean> => {
  try {
    await readFile(readyFile, 'utf8');
    if (controllerDaemons.some((name) => daemon(name) === undefined)) return false;
    await new Nova().services();
    return true;
  } catch {
    return false;
  }
};

/** Brings the rig up with four hosts on and no servers. A rig that runs is kept as it is unless `fresh`. */
export const start = async (options: StartOptions = {}): Promise<void> => {
  const say = options.say ?? ((): void => {});
  const missing = await missingPackages();
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(' ')}; run "install" first`);
  if (options.fresh !== true && (await isRunning())) return say('runs already');
  await stop();
  await rm(dirs.log, { recursive: true, force: true });
  for (const dir of Object.values(dirs)) if (dir !== dirs.mysql) await mkdir(dir, { recursive: true });
  await writeConfig(hostNames);
  await createVolumes();
  await createBridge();
  for (const host of hostNames) await powerOn(host, { compute: false, services: false });
  if (!(await hasPristine())) await setUp(say);
  await restorePristine();
  await startDatabase();
  say('database is up');
  await startServices(say, async () => {});
  await waitSchedulable();
  await writeFile(readyFile, '');
  say('ready');
};

export interface Status {
  readonly running: boolean;
  readonly daemons: Readonly<Record<string, boolean>>;
  readonly hostsOn: Readonly<Record<string, boolean>>;
}

export const status = async (): Promise<Status> => {
  const daemons = Object.fromEntries(controllerDaemons.map((name) => [name, daemon(name) !== undefined]));
  const hostsOn: Record<string, boolean> = {};
  for (const host of hostNames) hostsOn[host] = await isPoweredOn(host);
  return { running: await isRunning(), daemons, hostsOn };
};
