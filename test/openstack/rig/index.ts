/**
 * The rig's API for test cases.
 *
 * `start` brings up a real OpenStack with hosts h1 to h4; `reset` cleans up between cases; `stop` removes everything.
 * Hosts are namespaces: run agents and beats in them with `startInHost`, register them with `onPowerOn` so that they
 * come back with their host, and break things with the functions of power, network, storage and nova below.
 */
export { install } from './packages.ts';
export { type StartOptions, type Status, isRunning, start, status, stop } from './lifecycle.ts';
export { repairAll, reset, restartCompute } from './reset.ts';
export {
  type PowerOnOptions,
  bootId,
  forgetHostServices,
  freezeCompute,
  guestsOn,
  isPoweredOn,
  killCompute,
  onPowerOn,
  powerOff,
  powerOn,
  startCompute,
  startInHost,
  thawCompute,
} from './hosts.ts';
export { type PartitionOptions, heal, partition, plugManagement, unplugManagement } from './network.ts';
export { breakStorage, createVolumes, hangStorage, mountVolume, resumeStorage } from './storage.ts';
export { freezeNovaApi, startNovaApi, stopNovaApi, thawNovaApi } from './services.ts';
export { freezeDatabase, sql, thawDatabase } from './database.ts';
export { type Passed, type SwallowHow, SwallowProxy, isEvacuate } from './swallow-proxy.ts';
export {
  type ComputeService,
  type Migration,
  type Server,
  Nova,
  describeServer,
  flavorId,
  timed,
} from './nova.ts';
export { OpenStackError, openSession } from './openstack.ts';
export {
  type GuestHistory,
  type Writer,
  disturbances,
  doubles,
  guestPeriodMs,
  judgeGuest,
  readGuest,
} from './guests.ts';
export { type ProcessId, identify, isAlive, killAll, signal, withFamily } from './processes.ts';
export { run } from './shell.ts';
export { monotonicMs, waitFor } from './wait.ts';
export {
  type HostName,
  type VolumeName,
  bootIdFile,
  cloudsYaml,
  controllerIp,
  hostIp,
  hostNames,
  netnsOf,
  stateDir,
  volumeBackingPath,
  volumeNames,
  volumePath,
} from './settings.ts';
