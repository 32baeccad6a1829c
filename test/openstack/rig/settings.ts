/**
 * Where the rig lives and how its parts are called. One folder holds everything; nothing under /etc is touched.
 * All daemons listen on the bridge's own address, which exists only while the rig runs, so that default ports
 * cannot collide with anything else on the machine.
 */
import { join } from 'node:path';

export const stateDir = process.env['VIGIL_RIG_DIR'] ?? '/var/tmp/vigil-openstack';

/** Present in the environment of each process the rig starts: how `stop` knows its own after a crash. */
export const markName = 'VIGIL_RIG_MARK';
export const mark = `${markName}=${stateDir}`;

export const controllerIp = '10.77.0.1';
export const bridge = 'vigilbr0';
export const password = 'vigil-rig';

export const hostNames = ['h1', 'h2', 'h3', 'h4'] as const;
export type HostName = (typeof hostNames)[number];

export const volumeNames = ['volA', 'volB'] as const;
export type VolumeName = (typeof volumeNames)[number];

export const ports = {
  mariadb: 3306,
  rabbit: 5672,
  rabbitDist: 25672,
  epmd: 14369,
  memcached: 11211,
  keystone: 5000,
  placement: 8778,
  glance: 9292,
  neutron: 9696,
  nova: 8774,
  novaProxy: 18774,
} as const;

export const region = 'RegionOne';
/** Same services, except that compute is reached through the swallow proxy. */
export const proxiedRegion = 'RegionProxied';

const hostNumber = (host: HostName): number => hostNames.indexOf(host) + 1;

export const hostIp = (host: HostName): string => `10.77.0.${10 + hostNumber(host)}`;
/** Fixed, so that a host that returns is the same neighbour to everybody's cache. */
export const hostMac = (host: HostName): string => `02:76:67:00:00:0${hostNumber(host)}`;
export const netnsOf = (host: HostName): string => `vigil-${host}`;
export const vethOf = (host: HostName): string => `vigil-${host}r`;

const inState = (...parts: string[]): string => join(stateDir, ...parts);

export const dirs = {
  etc: inState('etc'),
  log: inState('log'),
  run: inState('run'),
  lib: inState('lib'),
  mysql: inState('mysql'),
  rabbit: inState('rabbit'),
  pristine: inState('pristine'),
  hosts: inState('hosts'),
  guestFiles: inState('storage', 'vms'),
  volumes: inState('storage', 'volumes'),
} as const;

export const etcFile = (service: string, name: string): string => join(dirs.etc, service, name);
export const logFile = (name: string): string => join(dirs.log, `${name}.log`);
export const hostDir = (host: HostName): string => join(dirs.hosts, host);
export const novaStateDir = (host: HostName): string => join(hostDir(host), 'nova');
/** What a guest is defined by on its host, kept across a power loss as libvirt keeps a domain's XML. */
export const guestDefinitions = (host: HostName): string => join(hostDir(host), 'guests');
export const bootIdFile = (host: HostName): string => join(hostDir(host), 'boot-id');
/** The host's own FUSE mount of one volume's folder. */
export const volumeMount = (host: HostName, volume: VolumeName): string =>
  join(hostDir(host), 'volumes', volume);
/** The heartbeat file of a volume as the host sees it. */
export const volumePath = (host: HostName, volume: VolumeName): string =>
  join(volumeMount(host, volume), 'heartbeat');
/** The same file underneath, seen by nobody's mount. */
export const volumeBackingPath = (volume: VolumeName): string => join(dirs.volumes, volume, 'heartbeat');
export const guestFile = (uuid: string): string => join(dirs.guestFiles, uuid);
export const cloudsYaml = inState('clouds.yaml');
