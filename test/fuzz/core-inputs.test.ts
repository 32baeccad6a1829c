/** A core that is lied to by everybody: it goes on, and what it writes can be written. A throw would end its agent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Effect } from '../../src/core/effect.ts';
import type { Input, Request } from '../../src/core/input.ts';
import { createCore, step } from '../../src/core/step.ts';
import { incidentRecord, seatBody, slotBody } from '../../src/core/wire/record-checks.ts';
import type { Superblock } from '../../src/core/wire/records.ts';
import { settings } from '../world/fixtures.ts';
import { answerTo, BOOTS, choose, HOSTS, INCIDENTS, number, seat, slot, some, VMS } from './core-answers.ts';
import { datagrams } from './datagram-samples.ts';
import { fuzz } from './runs.ts';

const VOLUMES = ['a', 'b'] as const;
const UUIDS = { a: '0f8fad5b-d9cb-469f-a165-70867728950e', b: '7c9e6679-7425-40de-944b-e07fc1f90ae7' };
/** What one input may bring about: a beat with all that a master does in it. */
const EFFECTS_MAX = 200;

type Untimed = Input extends infer I ? (I extends Input ? Omit<I, 'now'> : never) : never;
type Asking = Extract<Effect, { readonly id: number }>;

function request(by: number): Request {
  const vm = choose(VMS, by);
  const position = { volumeUuid: UUIDS.a, incarnation: by % 3, counter: by % 50 };
  return choose<Request>(
    [
      { ask: 'status' },
      { ask: 'gate' },
      { ask: 'probe', target: { host: choose(HOSTS, by), ip: '10.0.0.3', apiPort: 1 } },
      { ask: 'probe', target: { isolation: 'icmp:10.0.0.1' } },
      { ask: 'confirm-dead', host: choose(HOSTS, by >> 3), by: 'ann' },
      { ask: 'maintenance', declared: by % 2 === 0 ? null : { by: 'ann', why: null, recover: by % 3 === 0 } },
      {
        ask: 'restart',
        order: {
          id: `o${by % 9}`,
          term: by % 7,
          master: choose(HOSTS, by),
          agent: 'ab'.repeat(8),
          incident: choose(INCIDENTS, by),
          victim: choose(HOSTS, by >> 2),
          vm,
          attempt: by % 4,
          deadRows: [by % 1_000],
          mustBeSilent:
            by % 3 === 0
              ? [
                  {
                    host: choose(HOSTS, by >> 3),
                    incident: choose(INCIDENTS, by),
                    lastSeen: [position],
                    isConfirmed: false,
                  },
                ]
              : [],
          lastSeen: [position],
          leaseSeen: [{ ...position, seat: by % 4 }],
          validRenewals: by % 20,
        },
      },
    ],
    by,
  );
}

function connected(volume: 'a' | 'b', by: number): Untimed {
  const superblock: Superblock = {
    format: 1,
    volumeUuid: UUIDS[volume],
    cluster: choose(['test', 'test', 'other'], by),
    slots: 4,
    seats: 4,
    leaseVolumes: volume === 'a' ? 1 : 0,
    coordination: 'volume',
    generation: by % 3,
  };
  const own = slot(0, by, 1);
  return {
    kind: 'volume',
    event: {
      kind: 'connected',
      volume,
      uuid: superblock.volumeUuid,
      superblock,
      slotIndex: choose([0, 0, null], by),
      seatIndex: volume === 'a' ? choose([0, 0, null], by >> 1) : null,
      incarnation: by,
      ownBody: own.state === 'read' ? { body: own.body, boot: own.bodyBoot, given: by % 2 === 0 } : null,
    },
  };
}

function volumeEvent(by: number, now: number, counter: number): Untimed {
  const volume = choose(VOLUMES, by);
  if (by % 19 === 0) return { kind: 'volume', event: { kind: 'disconnected', volume, detail: 'gone' } };
  if (by % 23 === 0) return connected(volume, by);
  if (by % 29 === 0)
    return {
      kind: 'volume',
      event: { kind: 'stopped', volume, reason: 'foreign-writer', detail: '', other: slot(0, by, counter) },
    };
  return {
    kind: 'volume',
    event: {
      kind: 'reading',
      volume,
      begunMs: now,
      endedMs: now,
      wroteMs: by % 5 === 0 ? null : now,
      error: by % 13 === 0 ? { code: 'io', detail: 'EIO' } : null,
      seats: by % 6 === 0 ? null : some(seat, 4, by, counter),
      slots: by % 7 === 0 ? null : some(slot, 4, by, counter),
    },
  };
}

/** Numbers that are none would be written nowhere, and compared wrongly everywhere. */
function expectSoundEffect(effect: Effect): void {
  const text = JSON.stringify(effect, (_key, value: unknown): unknown => {
    if (typeof value === 'number') assert.ok(Number.isFinite(value), JSON.stringify(effect));
    return value;
  });
  assert.ok(text.length < 200_000, `an effect of ${text.length} characters: ${text.slice(0, 200)}`);
  const written =
    effect.do === 'write-body'
      ? slotBody(effect.body, 'body')
      : effect.do === 'write-seat'
        ? seatBody(effect.body, 'seat')
        : effect.do === 'write-cell'
          ? incidentRecord(effect.record, 'cell')
          : null;
  assert.ok(written?.ok !== false, `${written?.ok === false ? written.path : ''} in ${text}`);
}

const turn = fc.record({
  what: fc.constantFrom(
    'tick',
    'tick',
    'tick',
    'datagram',
    'datagram',
    'volume',
    'volume',
    'result',
    'result',
    'result',
    'request',
  ),
  afterMs: fc.constantFrom(0, 50, 200, 200, 1_000, 1_000, 9_000),
  by: number,
});

void test('whatever it is told, in whatever order', () => {
  const heard = datagrams.map(({ datagram }) => datagram);
  const start = fc.record({
    eligible: fc.boolean(),
    proof: fc.constantFrom('silence', 'operator', 'reboot'),
    seed: number,
  });
  fuzz(
    0.05,
    fc.property(
      start,
      fc.array(turn, { minLength: 20, maxLength: 150, size: 'max' }),
      ({ eligible, proof, seed }, turns) => {
        const volumes = VOLUMES.map((name) => ({ name, lease: name === 'a' }));
        const boot = choose(BOOTS, 0);
        const agent = 'ab'.repeat(8);
        const recovery = { ...settings().recovery, acceptedProofs: [proof, 'reboot'] as const };
        const core = createCore(
          settings({ host: 'm', boot, agent, volumes, eligible, seed, recovery }),
          100_000,
        );
        let now = 100_000;
        let counter = 1;
        let waiting: Asking[] = [];
        const feed = (input: Untimed): void => {
          const effects = step(core, { ...input, now });
          assert.ok(effects.length <= EFFECTS_MAX, `${effects.length} effects`);
          for (const effect of effects) {
            expectSoundEffect(effect);
            if ('id' in effect && effect.do !== 'answer') waiting.push(effect);
          }
        };
        for (const volume of VOLUMES) feed(connected(volume, 1));
        for (const { what, afterMs, by } of turns) {
          now += afterMs;
          // It advances for all, or stands still.
          if (by % 4 !== 0) counter += 1;
          if (what === 'tick') feed({ kind: 'tick' });
          else if (what === 'datagram') {
            const datagram = choose(heard, by);
            feed({
              kind: 'datagram',
              datagram: { ...datagram, counter, term: datagram.term % 2 ** 50, boot: choose(BOOTS, by) },
              fromIp: '10.0.0.2',
            });
          } else if (what === 'volume') feed(volumeEvent(by, now, counter));
          else if (what === 'request') feed({ kind: 'request', id: by, request: request(by) });
          else {
            const asked = waiting.splice(0, 3);
            for (const effect of asked) {
              const result = answerTo(effect, by, now, counter);
              if (result !== null) feed({ kind: 'result', id: effect.id, result });
            }
          }
          waiting = waiting.slice(-50);
        }
        feed({ kind: 'stop', leaving: { why: 'reboot', expiresMs: null } });
      },
    ),
  );
});
