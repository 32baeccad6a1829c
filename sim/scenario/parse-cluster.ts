/** The lines that say what there is. */
import {
  type Cluster,
  type ClusterSettings,
  DEFAULT_SETTINGS,
  defaultHosts,
  type HostSpec,
  isMemberAtFirst,
} from '../cluster.ts';
import type { ServerGroup } from '../../src/core/recovery/cloud.ts';
import { BEAT_MS_MAX, BEAT_MS_MIN, OPEN_REQUEST_MS_MIN } from '../../src/core/timing/timing.ts';
import { checkPlacement, type Placed } from './check-placement.ts';
import {
  AMOUNT_MAX,
  DRIFT_PPM_MAX,
  HOSTS_MAX,
  KNOWN_HOSTS_MAX,
  ORDERS_PER_TARGET_MAX,
  SECONDS_MAX,
  SEED_MAX,
} from './limits.ts';
import { type Line, pairOf, Said } from './line.ts';
import { hostName, type Names, volumesOf } from './names.ts';
import { parseServer } from './parse-server.ts';
import { durationBetween, newName, wholeBetween } from './read-values.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A cluster that grows with each line. */
export class ClusterReader {
  private hosts: Mutable<HostSpec>[] = [];
  private hostsLine: Line | null = null;
  private leaseVolumes: 1 | 3 = 1;
  private readonly settings: Mutable<ClusterSettings> = { ...DEFAULT_SETTINGS };
  private readonly placed: Placed[] = [];
  private readonly groups: ServerGroup[] = [];
  private cold = false;
  private readonly said = new Said();

  get names(): Names {
    return {
      hosts: this.hosts.map(({ name }) => name),
      vms: new Set(this.placed.map(({ server }) => server.vm)),
      volumes: volumesOf(this.leaseVolumes),
    };
  }

  cluster(): Cluster {
    const { hosts, leaseVolumes, settings, placed, groups, cold } = this;
    return { hosts, leaseVolumes, settings, servers: placed.map(({ server }) => server), groups, cold };
  }

  /** Null: there is none yet. */
  get firstLine(): Line | null {
    return this.hostsLine;
  }

  /** Once all is known, with the VMs that are created later. */
  check(created: readonly Placed[]): void {
    checkPlacement(this.placed, created, this.hosts);
    const eligible = this.hosts.filter((host) => host.eligible && isMemberAtFirst(host)).length;
    const eligibleMax = Math.floor(KNOWN_HOSTS_MAX / this.hosts.length);
    const { slots } = this.settings;
    const members = this.hosts.filter(isMemberAtFirst).length;
    if (slots !== DEFAULT_SETTINGS.slots && slots < members)
      this.hostsLine?.blame(`slots=${slots} are too few for ${members} hosts`);
    if (eligible === 0) this.hostsLine?.blame('no host is eligible, so there would be no master');
    if (eligible > eligibleMax)
      this.hostsLine?.blame(`of ${this.hosts.length} hosts at most ${eligibleMax} may be eligible`);
  }

  /** False: the line begins with another word. */
  take(word: string, line: Line): boolean {
    if (word !== 'hosts' && this.hosts.length === 0) line.blame('the first line must be: hosts N');
    switch (word) {
      case 'hosts': {
        const count = wholeBetween(line, 'hosts', line.next('a number'), 1, HOSTS_MAX);
        if (this.hostsLine !== null) line.blame('hosts is there already');
        else {
          this.hosts = [...defaultHosts(count)];
          this.hostsLine = line;
        }
        return true;
      }
      case 'host':
        this.host(line);
        return true;
      case 'volumes':
        this.said.note(line, word);
        this.leaseVolumes = line.oneOf('number of lease volumes', 'lease=1', 'lease=3') === 'lease=3' ? 3 : 1;
        return true;
      case 'set':
        if (line.peek() === null) line.blame('NAME=VALUE is missing at the end');
        for (const [key, value] of line.pairs()) {
          this.said.note(line, key);
          set(line, this.settings, key, value);
        }
        return true;
      case 'vm': {
        const server = parseServer(line, this.names);
        if (this.names.vms.has(server.vm)) line.blame(`${server.vm} is there already`);
        this.placed.push({ line, server });
        return true;
      }
      case 'group':
        this.group(line);
        return true;
      case 'cold':
        this.said.note(line, word);
        this.cold = true;
        return true;
      default:
        return false;
    }
  }

  private host(line: Line): void {
    const name = hostName(line, this.names);
    const host = this.hosts.find((one) => one.name === name);
    for (const word of line.some('what is particular about the host')) {
      if (host === undefined) continue;
      this.said.note(line, `${pairOf(word)?.[0] ?? word} of ${name}`);
      describeHost(line, host, word);
    }
  }

  private group(line: Line): void {
    const name = newName(line, 'a group', line.next('a name'));
    if (this.groups.some((group) => group.name === name)) line.blame(`${name} is there already`);
    const policy = line.oneOf('policy', 'affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity');
    const members = line.some('a VM');
    const { vms } = this.names;
    for (const vm of members) if (!vms.has(vm)) line.blame(`there is no VM ${vm} yet`);
    if (new Set(members).size < members.length) line.blame('a VM is named twice');
    this.groups.push({ id: name, name, policy, members });
  }
}

function describeHost(line: Line, host: Mutable<HostSpec>, word: string): void {
  if (word === 'ineligible') host.eligible = false;
  else if (word === 'control') host.role = 'control';
  else if (word === 'disabled') host.disabled = true;
  else if (word === 'new') host.isNew = true;
  else {
    const [key, value] = pairOf(word) ?? ['', ''];
    const amounts = { vcpus: 'vcpus', memory: 'memoryMib', disk: 'diskGib' } as const;
    if (key === 'zone') host.zone = newName(line, 'a zone', value);
    else if (key === 'domain') host.failureDomain = newName(line, 'a failure domain', value);
    else if (key === 'nova-name') host.novaName = newName(line, 'a host', value);
    else if (key === 'cell') host.cell = newName(line, 'a cell', value);
    else if (key === 'drift') host.driftPpm = wholeBetween(line, key, value, -DRIFT_PPM_MAX, DRIFT_PPM_MAX);
    else if (key === 'vcpus' || key === 'memory' || key === 'disk')
      host[amounts[key]] = wholeBetween(line, key, value, 0, AMOUNT_MAX);
    else line.blame(`${word} is no word of a host`);
  }
}

/** Those that there are: `operator` counts whether it is listed or not. */
const PROOFS = ['reboot', 'operator', 'silence'] as const;
const COUNTS = {
  'orders-per-target': { key: 'ordersPerTargetMax', max: ORDERS_PER_TARGET_MAX },
  slots: { key: 'slots', max: HOSTS_MAX },
  seed: { key: 'seed', max: SEED_MAX },
} as const;
const SWITCHES = {
  'protect-by-default': 'protectByDefault',
  'shared-storage': 'sharedStorage',
  'isolation-address': 'isolationAddress',
  'resume-guests': 'resumeGuests',
  gate: 'gate',
} as const;
const LONGEST_MS = SECONDS_MAX * 1_000;
const DURATIONS = {
  beat: { key: 'beatMs', min: BEAT_MS_MIN, max: BEAT_MS_MAX },
  'open-request': { key: 'openRequestMs', min: OPEN_REQUEST_MS_MIN, max: LONGEST_MS },
  'service-down': { key: 'serviceDownMs', min: 1_000, max: LONGEST_MS },
  rebuild: { key: 'rebuildMs', min: 0, max: LONGEST_MS },
  'power-sync': { key: 'powerSyncMs', min: 1_000, max: LONGEST_MS },
} as const;

export const SETTINGS: readonly string[] = ['proofs', COUNTS, SWITCHES, DURATIONS].flatMap((names) =>
  typeof names === 'string' ? names : Object.keys(names),
);

const has = <Key extends string>(table: Readonly<Record<Key, unknown>>, key: string): key is Key =>
  Object.hasOwn(table, key);

function set(line: Line, settings: Mutable<ClusterSettings>, key: string, value: string): void {
  if (key === 'proofs') {
    const names = value === 'none' ? [] : value.split(',');
    settings.proofs = PROOFS.filter((proof) => names.includes(proof));
    const wrong = names.find((name) => !PROOFS.some((proof) => proof === name));
    if (wrong !== undefined) line.blame(`${wrong} is no proof that there is: ${PROOFS.join(', ')}; or none`);
  } else if (has(COUNTS, key)) {
    const { key: setting, max } = COUNTS[key];
    settings[setting] = wholeBetween(line, key, value, 1, max);
  } else if (has(SWITCHES, key)) {
    if (value !== 'yes' && value !== 'no') line.blame(`${key}: yes or no`);
    settings[SWITCHES[key]] = value === 'yes';
  } else if (has(DURATIONS, key)) {
    const { key: setting, min, max } = DURATIONS[key];
    settings[setting] = durationBetween(line, key, value, min, max);
  } else line.blame(`${key} is no setting`);
}
