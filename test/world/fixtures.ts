/** Plain values for tests of single parts of the core. */
import type {
  ComputeService,
  HostCapacity,
  Migration,
  Server,
  ServerGroup,
} from '../../src/core/recovery/cloud.ts';
import type { RestartOrder } from '../../src/core/recovery/orders.ts';
import type { Settings } from '../../src/core/settings.ts';
import { deriveTiming } from '../../src/core/timing/timing.ts';
import type { SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import {
  type BlockHeader,
  type IncidentRecord,
  NO_MAINTENANCE,
  type SeatBody,
  type SlotBody,
  type View,
} from '../../src/core/wire/records.ts';

export const TIMING = deriveTiming(1_000, 10_000, 120_000);

export const ADDRESS = { ip: '10.0.0.1', udpPort: 1, apiPort: 2 };
export const UUID_A = 'uuid-a';

export function settings(more: Partial<Settings> = {}): Settings {
  return {
    cluster: 'test',
    clusterHash: '00000000000000aa',
    host: 'h1',
    boot: 'h1-boot',
    agent: 'h1-agent',
    address: ADDRESS,
    role: 'compute',
    eligible: true,
    failureDomain: null,
    hardwareUuid: null,
    volumes: [{ name: 'a', lease: true }],
    isolationAddresses: [],
    timing: TIMING,
    recovery: {
      acceptedProofs: ['silence'],
      ordersPerTargetMax: 4,
      protectByDefault: true,
      sharedStorage: false,
    },
    seed: 1,
    startedUnixMs: 1,
    ...more,
  };
}

export function header(more: Partial<BlockHeader> = {}): BlockHeader {
  return {
    kind: 'slot',
    owner: '',
    boot: 'boot-1',
    incarnation: 1,
    counter: 1,
    agentSilentMs: 0,
    given: true,
    ...more,
  };
}

export function view(more: Partial<View> = {}): View {
  return {
    master: 'h1',
    neighbours: [],
    isolation: [],
    volumes: [{ uuid: UUID_A, name: 'a', writable: true }],
    ...more,
  };
}

export function slotBody(host: string, more: Partial<SlotBody> = {}): SlotBody {
  return {
    host,
    address: ADDRESS,
    role: 'compute',
    eligible: true,
    failureDomain: null,
    agent: `${host}-agent`,
    continues: null,
    termSeen: 0,
    fit: true,
    view: view(),
    leaving: null,
    unjudged: null,
    sequence: 1,
    maintenance: NO_MAINTENANCE,
    intents: [],
    timing: { beatMs: 1_000, networkLostMs: 4_000, volumeLostMs: 8_000 },
    hardwareUuid: null,
    formatMax: 1,
    ...more,
  };
}

export function slot(
  host: string,
  index: number,
  at: Partial<BlockHeader> = {},
  body: Partial<SlotBody> = {},
): SlotObservation & { readonly state: 'read' } {
  const head = header({ boot: `${host}-boot`, ...at });
  return {
    state: 'read',
    index,
    host,
    header: head,
    body: slotBody(host, body),
    bodyBoot: head.boot,
    authentic: true,
  };
}

export function seat(
  host: string,
  index: number,
  body: Partial<SeatBody> = {},
  counter = 1,
): SeatObservation & { readonly state: 'read' } {
  return {
    state: 'read',
    index,
    host,
    header: header({ kind: 'seat', counter }),
    body: {
      host,
      address: ADDRESS,
      agent: `${host}-agent`,
      term: 1,
      phase: 'holding',
      heritage: { term: 0, sequence: 0, open: [] },
      ...body,
    },
    bodyBoot: 'boot-1',
    authentic: true,
  };
}

export function server(vm: string, more: Partial<Server> = {}): Server {
  return {
    vm,
    name: vm,
    projectId: 'p',
    host: 'h9',
    status: 'ACTIVE',
    vmState: 'active',
    taskState: null,
    powerState: 1,
    zone: 'nova',
    locked: false,
    bootedFromVolume: true,
    metadata: {},
    flavor: { name: 'small', vcpus: 1, memoryMib: 512, diskGib: 1, extraSpecs: {} },
    ...more,
  };
}

export function row(id: number, vm: string, more: Partial<Migration> = {}): Migration {
  const type = 'evacuation';
  return {
    id,
    vm,
    type,
    status: 'accepted',
    source: 'h9',
    target: 'h2',
    createdAt: '',
    updatedAt: null,
    ...more,
  };
}

export function service(host: string, more: Partial<ComputeService> = {}): ComputeService {
  return {
    id: host,
    host,
    zone: 'nova',
    state: 'up',
    status: 'enabled',
    disabledReason: null,
    forcedDown: false,
    updatedAt: 't0',
    ...more,
  };
}

export function capacity(host: string, more: Partial<HostCapacity> = {}): HostCapacity {
  return { host, freeVcpus: 100, freeMemoryMib: 100_000, freeDiskGib: 1_000, ...more };
}

export function group(policy: ServerGroup['policy'], members: readonly string[]): ServerGroup {
  return { id: 'g', name: 'g', policy, members };
}

export function incidentRecord(more: Partial<IncidentRecord> = {}): IncidentRecord {
  return {
    id: 'h9-1-1',
    victim: 'h9',
    victimBoot: 'h9-boot',
    term: 1,
    sequence: 1,
    phase: 'evacuating',
    hold: null,
    proof: 'silence',
    confirmedBy: null,
    migrationIdAtDeclaration: 0,
    forcedDownBy: 'vigil',
    underWay: [],
    ordered: [],
    ...more,
  };
}

export function order(more: Partial<RestartOrder> = {}): RestartOrder {
  return {
    id: 'h9-1-1/vm/1.1',
    term: 1,
    master: 'h1',
    agent: 'h2-agent',
    incident: 'h9-1-1',
    victim: 'h9',
    vm: 'vm',
    attempt: 1,
    deadRows: [],
    mustBeSilent: [],
    lastSeen: [{ volumeUuid: UUID_A, incarnation: 1, counter: 50 }],
    leaseSeen: [{ volumeUuid: UUID_A, seat: 1, incarnation: 1, counter: 10 }],
    validRenewals: 5,
    ...more,
  };
}
