/** What a core may be answered to its effects: anything that the drivers let through, true or not. */
import * as fc from 'fast-check';
import type { Effect } from '../../src/core/effect.ts';
import type { Result } from '../../src/core/input.ts';
import type {
  CloudAnswer,
  CloudCall,
  CloudFailure,
  CloudResults,
  Migration,
  Server,
} from '../../src/core/recovery/cloud.ts';
import type { CellObservation, SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import { incidentRecord, ownerOf, seatBody, slotBody } from '../volume/arbitraries.ts';
import { samples } from './runs.ts';

export const HOSTS = ['m', 's', 'x', 'y'] as const;
export const BOOTS = ['1', '2'].map((digit) => digit.repeat(32));
export const VMS = ['v1', 'v2'] as const;
export const INCIDENTS = ['x-1-1', 's-1-1'] as const;

/** Chooses by number, so that a run is a list of numbers, and shrinks as one. */
export function choose<Value>(from: readonly Value[], by: number): Value {
  const chosen = from[by % from.length];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

const slotBodies = samples(slotBody, 60);
const seatBodies = samples(seatBody, 40);
const incidents = samples(incidentRecord, 40);
/** Anywhere but at the end of its range, beyond which no number is one more. */
const anywhere = (count: number): number => count % 2 ** 50;
/** Terms that are near each other, beside those of the samples that are anywhere. */
const near = (by: number, otherwise: number): number => (by % 3 === 0 ? anywhere(otherwise) : by % 7);

function header(kind: 'slot' | 'seat' | 'cell', host: string, by: number, counter: number) {
  const boot = choose(BOOTS, by);
  return {
    kind,
    owner: ownerOf(host),
    boot,
    incarnation: by % 3,
    counter,
    agentSilentMs: by % 20_000,
    given: by % 2 === 0,
  };
}

export function slot(index: number, by: number, counter: number): SlotObservation {
  const host = choose(HOSTS, index);
  if (by % 11 === 0) return { state: 'damaged', index, host, reason: { code: 'torn' } };
  const body = choose(slotBodies, by);
  const head = header('slot', host, by, counter);
  return {
    state: 'read',
    index,
    host,
    header: head,
    bodyBoot: choose(BOOTS, by >> 1),
    authentic: by % 5 !== 0,
    body: {
      ...body,
      host,
      termSeen: near(by, body.termSeen),
      sequence: anywhere(body.sequence),
      maintenance: { ...body.maintenance, sequence: anywhere(body.maintenance.sequence) },
      intents: body.intents.map((intent) => ({
        ...intent,
        incident: choose(INCIDENTS, by),
        vm: choose(VMS, by),
      })),
    },
  };
}

export function seat(index: number, by: number, counter: number): SeatObservation {
  const host = choose(HOSTS, index);
  if (by % 11 === 0) return { state: 'damaged', index, host, reason: { code: 'bad-mac' } };
  const body = choose(seatBodies, by);
  return {
    state: 'read',
    index,
    host,
    header: header('seat', host, by, counter),
    bodyBoot: choose(BOOTS, by),
    authentic: true,
    body: { ...body, host, term: near(by, body.term) },
  };
}

function cell(index: number, by: number, counter: number): CellObservation {
  const record = choose(incidents, by);
  const victim = choose(HOSTS, index >> 1);
  return {
    state: 'read',
    index,
    slot: index >> 1,
    which: index % 2 === 0 ? 0 : 1,
    host: choose(HOSTS, by),
    header: header('cell', choose(HOSTS, by), by, counter),
    bodyBoot: choose(BOOTS, by),
    authentic: true,
    body: {
      ...record,
      id: choose(INCIDENTS, by),
      victim,
      victimBoot: choose(BOOTS, by),
      term: near(by, record.term),
      sequence: anywhere(record.sequence),
    },
  };
}

/** Of the first `count`, each by another number. */
export function some<Value>(
  make: (index: number, by: number, counter: number) => Value,
  count: number,
  by: number,
  counter: number,
): readonly Value[] {
  return Array.from({ length: count }, (_, index) => make(index, (by >>> index) + index, counter));
}

const CODES = [
  'unreachable',
  'no-answer',
  'bad-request',
  'unauthorized',
  'not-found',
  'conflict',
  'server-error',
  'unintelligible',
  'incomplete',
] as const;
const STATES = ['active', 'stopped', 'error', 'building', 'paused', 'rescued'] as const;
const ROW_STATES = ['accepted', 'pre-migrating', 'done', 'completed', 'failed', 'error', 'x'] as const;

function failure(by: number): CloudFailure {
  return { code: choose(CODES, by), service: 'nova', status: null, requestId: null, detail: 'no' };
}

function server(vm: string, by: number): Server {
  return {
    vm,
    name: vm,
    projectId: 'p',
    host: choose(HOSTS, by),
    status: choose(['ACTIVE', 'ERROR', 'SHUTOFF', 'REBUILD', 'x'], by),
    vmState: choose(STATES, by),
    taskState: choose([null, 'rebuilding', 'x'], by),
    powerState: by % 8,
    zone: 'nova',
    locked: by % 2 === 0,
    bootedFromVolume: by % 3 !== 0,
    metadata: choose([{}, { HA_Enabled: 'False' }, { __proto__: 'x' }], by),
    flavor: { name: 'f', vcpus: by % 5, memoryMib: by % 4_096, diskGib: by % 3, extraSpecs: {} },
  };
}

function rows(by: number): readonly Migration[] {
  return Array.from({ length: by % 4 }, (_, at) => ({
    id: (by % 1_000) + at,
    vm: choose(VMS, by + at),
    type: choose(['evacuation', 'live-migration', 'migration', 'resize'] as const, by + at),
    status: choose(ROW_STATES, by + at),
    source: choose([...HOSTS, null], by + at),
    target: choose([...HOSTS, null], (by >> 2) + at),
    createdAt: 't',
    updatedAt: choose([null, 't1', 't2'], by),
  }));
}

function results(by: number): { readonly [Call in CloudCall['call']]: CloudResults[Call] } {
  const service = (host: string) => ({
    id: host,
    host,
    zone: 'nova',
    state: choose(['up', 'down'] as const, by),
    status: choose(['enabled', 'disabled'] as const, by >> 1),
    disabledReason: null,
    forcedDown: by % 3 === 0,
    updatedAt: choose([null, 't1', 't2', 't3'], by),
  });
  const requestId = null;
  return {
    'list-services': HOSTS.slice(0, by % 5).map(service),
    'force-down': service(choose(HOSTS, by)),
    'list-servers': VMS.slice(0, by % 3).map((vm) => server(vm, by)),
    'get-server': server(choose(VMS, by), by),
    'list-migrations': rows(by),
    'list-host-migrations': rows(by),
    'list-capacity': HOSTS.map((host) => ({ host, freeVcpus: by % 9, freeMemoryMib: 9_000, freeDiskGib: 9 })),
    'list-groups': [
      { id: 'g', name: 'g', policy: choose(['affinity', 'anti-affinity'] as const, by), members: VMS },
    ],
    evacuate: { requestId },
    'guest-state': { state: choose(['running', 'not-running', 'paused', 'x'], by) },
    'hard-reboot': { requestId },
  };
}

function cloud(call: CloudCall['call'], by: number): CloudAnswer {
  if (by % 4 === 0) return { call, ok: false, failure: failure(by) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the value of this very call
  return { call, ok: true, value: results(by)[call] } as CloudAnswer;
}

type Asking = Extract<Effect, { readonly id: number }>;

/** Null: this one is never answered. */
export function answerTo(effect: Asking, by: number, now: number, counter: number): Result | null {
  const times = { ok: true as const, begunMs: now, endedMs: now };
  const failed = by % 6 === 0;
  switch (effect.do) {
    case 'answer':
      return null;
    case 'write-body':
    case 'write-seat':
    case 'write-cell':
      if (failed) return { of: effect.do, ok: false, volume: effect.volume, detail: 'no' };
      if (effect.do === 'write-cell') return { of: 'write-cell', ok: true };
      if (effect.do === 'write-body') return { of: 'write-body', ...times };
      return { of: 'write-seat', ...times, writtenMs: now, seats: some(seat, 4, by, counter) };
    case 'read-volume':
      if (failed) return { of: 'read-volume', ok: false, volume: effect.volume, detail: 'no' };
      return {
        of: 'read-volume',
        ...times,
        seats: some(seat, 4, by, counter),
        slots: some(slot, 4, by, counter),
        cells: some(cell, 8, by, counter),
      };
    case 'probe':
    case 'ask-probe':
      return { of: effect.do, answer: choose(['agent', 'kernel', 'none', null] as const, by) };
    case 'cloud':
      return { of: 'cloud', answer: cloud(effect.call.call, by) };
    case 'order':
      return choose<Result>(
        [
          { of: 'order', outcome: { outcome: 'accepted', migrationId: by % 1_000 } },
          { of: 'order', outcome: { outcome: 'refused', code: 'busy', detail: '' } },
          { of: 'order', outcome: { outcome: 'rejected', failure: failure(by) } },
          { of: 'order', outcome: { outcome: 'unknown', detail: '' } },
          { of: 'order', outcome: null, arrived: 'surely-not', detail: '' },
          { of: 'order', outcome: null, arrived: 'no-answer', detail: '' },
        ],
        by,
      );
  }
}

export const number = fc.nat(0x7fff_ffff);
