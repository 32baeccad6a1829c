/** A scenario as `commands.txt`. What is as usual is left out. */
import {
  type Cluster,
  type ClusterSettings,
  DEFAULT_HOST,
  DEFAULT_SETTINGS,
  type HostSpec,
} from '../cluster.ts';
import { print } from './print-action.ts';
import { amount, printServer } from './print-server.ts';
import type { Scenario } from './scenario.ts';
import { durationText, secondsText } from './units.ts';

export function printCommands({ cluster, pending, script, untilMs, rest }: Scenario): string {
  const { hosts, leaseVolumes, servers, groups, cold } = cluster;
  return [
    `hosts ${hosts.length}`,
    ...hosts.flatMap(hostLine),
    ...(leaseVolumes === 1 ? [] : ['volumes lease=3']),
    ...settingLines(cluster),
    ...servers.map((server) => `vm ${printServer(server)}`),
    ...groups.map(({ name, policy, members }) => ['group', name, policy, ...members].join(' ')),
    ...(cold ? ['cold'] : []),
    ...(pending.length === 0 ? [] : [`pending ${pending.join(' ')}`]),
    ...script.map(({ atMs, action }) => `at ${secondsText(atMs)} ${print(action)}`),
    `until ${secondsText(untilMs)}${rest ? ' rest' : ''}`,
    '',
  ].join('\n');
}

function hostLine(host: HostSpec): readonly string[] {
  const words = [
    host.zone === DEFAULT_HOST.zone ? null : `zone=${host.zone}`,
    host.failureDomain === null ? null : `domain=${host.failureDomain}`,
    amount('vcpus', host.vcpus, DEFAULT_HOST.vcpus),
    amount('memory', host.memoryMib, DEFAULT_HOST.memoryMib),
    amount('disk', host.diskGib, DEFAULT_HOST.diskGib),
    host.eligible ? null : 'ineligible',
    host.role === 'control' ? 'control' : null,
    host.disabled ? 'disabled' : null,
    host.isNew ? 'new' : null,
    host.novaName === null ? null : `nova-name=${host.novaName}`,
    host.cell === DEFAULT_HOST.cell ? null : `cell=${host.cell}`,
    amount('drift', host.driftPpm, DEFAULT_HOST.driftPpm),
  ].filter((word) => word !== null);
  return words.length === 0 ? [] : [`host ${host.name} ${words.join(' ')}`];
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

/** What a setting is called and how its value is written. */
function settingText({ settings }: Cluster, key: keyof ClusterSettings): string {
  switch (key) {
    case 'proofs':
      return `proofs=${settings.proofs.length === 0 ? 'none' : settings.proofs.join(',')}`;
    case 'beatMs':
      return `beat=${durationText(settings.beatMs)}`;
    case 'ordersPerTargetMax':
      return `orders-per-target=${settings.ordersPerTargetMax}`;
    case 'protectByDefault':
      return `protect-by-default=${yesNo(settings.protectByDefault)}`;
    case 'sharedStorage':
      return `shared-storage=${yesNo(settings.sharedStorage)}`;
    case 'isolationAddress':
      return `isolation-address=${yesNo(settings.isolationAddress)}`;
    case 'openRequestMs':
      return `open-request=${durationText(settings.openRequestMs)}`;
    case 'serviceDownMs':
      return `service-down=${durationText(settings.serviceDownMs)}`;
    case 'rebuildMs':
      return `rebuild=${durationText(settings.rebuildMs)}`;
    case 'resumeGuests':
      return `resume-guests=${yesNo(settings.resumeGuests)}`;
    case 'powerSyncMs':
      return `power-sync=${durationText(settings.powerSyncMs)}`;
    case 'gate':
      return `gate=${yesNo(settings.gate)}`;
    case 'slots':
      return `slots=${settings.slots}`;
    case 'seed':
      return `seed=${settings.seed}`;
  }
}

const isKey = (key: string): key is keyof ClusterSettings => Object.hasOwn(DEFAULT_SETTINGS, key);

function settingLines(cluster: Cluster): readonly string[] {
  return Object.keys(DEFAULT_SETTINGS)
    .filter(isKey)
    .filter((key) => String(cluster.settings[key]) !== String(DEFAULT_SETTINGS[key]))
    .map((key) => `set ${settingText(cluster, key)}`);
}
