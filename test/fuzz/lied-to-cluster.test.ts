/** A cluster at work, some of whose members lie with the right keys: none of the others comes to its end by that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Input, Request } from '../../src/core/input.ts';
import type { SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import type { AgentAddress } from '../../src/core/wire/records.ts';
import type { SimHost } from '../../sim/host.ts';
import { World } from '../world/little-world.ts';
import { choose, number, seat, slot, some } from './core-answers.ts';
import { datagrams } from './datagram-samples.ts';
import { fuzz } from './runs.ts';

const NAMES = ['h1', 'h2', 'h3', 'h4'] as const;
const heard = datagrams.map(({ datagram }) => datagram);

type Untimed = Input extends infer I ? (I extends Input ? Omit<I, 'now'> : never) : never;

function bootOf(world: World, name: string, by: number): string {
  return by % 4 === 0 ? 'f'.repeat(32) : world.host(name).boot;
}

/** The world knows no others. */
function addressOf({ ip }: SimHost): AgentAddress {
  return { ip, udpPort: 1, apiPort: 2 };
}

/** In the name of a member, and often near to what it would say itself. */
function datagram(world: World, to: SimHost, by: number): Untimed {
  const sample = choose(heard, by);
  const host = choose(NAMES, by >> 2);
  const from = world.host(host);
  const term = by % 3 === 0 ? sample.term : (to.core?.termSeen ?? 0) + (by % 3) - 1;
  const counter = by % 5 === 0 ? sample.counter : 1_000_000 + (by % 1_000);
  const agent = by % 6 === 0 ? sample.agent : (from.core?.settings.agent ?? sample.agent);
  const said = { host, boot: bootOf(world, host, by), agent, counter, term: Math.max(0, term) };
  const address = addressOf(from);
  const datagram =
    sample.kind === 'heartbeat'
      ? { ...sample, ...said, body: { ...sample.body, address } }
      : { ...sample, ...said, body: { ...sample.body, address } };
  return { kind: 'datagram', datagram, fromIp: from.ip };
}

function reading(world: World, host: SimHost, by: number): Untimed {
  const volume = choose(world.volumes, by).name;
  const now = world.localMs(host);
  const named = (index: number, by: number, counter: number): SlotObservation => {
    const one = slot(index, by, counter);
    const name = choose(NAMES, index);
    if (one.state !== 'read') return { ...one, host: name };
    const boot = bootOf(world, name, by);
    const body = { ...one.body, host: name, address: addressOf(world.host(name)) };
    return { ...one, host: name, header: { ...one.header, boot }, body };
  };
  const seated = (index: number, by: number, counter: number): SeatObservation => {
    const one = seat(index, by, counter);
    const name = choose(NAMES, index);
    if (one.state !== 'read') return { ...one, host: name };
    return { ...one, host: name, body: { ...one.body, host: name, address: addressOf(world.host(name)) } };
  };
  const counter = by % 3 === 0 ? by % 100 : 1_000_000 + (by % 1_000);
  const event = {
    kind: 'reading',
    volume,
    begunMs: now,
    endedMs: now,
    wroteMs: by % 5 === 0 ? null : now,
    error: null,
    seats: by % 4 === 0 ? some(seated, 4, by, counter) : null,
    slots: some(named, 5, by, counter),
  } as const;
  return { kind: 'volume', event };
}

function request(world: World, by: number): Request {
  const master = world.masters()[0] ?? world.host('h1');
  const term = (master.core?.termSeen ?? 0) + (by % 3) - 1;
  const victim = choose(NAMES, by >> 2);
  const incident = `${victim}-${Math.max(0, term)}-1`;
  const base = {
    id: `o${by % 99}`,
    term: Math.max(0, term),
    master: master.name,
    agent: '00000000000000aa',
    incident,
    victim,
  };
  const position = { volumeUuid: choose(world.volumes, by).name, incarnation: by % 3, counter: by % 500 };
  return choose<Request>(
    [
      { ask: 'status' },
      { ask: 'gate' },
      { ask: 'confirm-dead', host: victim, by: 'ann' },
      { ask: 'maintenance', declared: by % 2 === 0 ? null : { by: 'ann', why: null, recover: true } },
      {
        ask: 'restart',
        order: {
          ...base,
          vm: choose(['vm1', 'vm2'], by),
          attempt: by % 4,
          deadRows: [by % 10],
          mustBeSilent:
            by % 3 === 0
              ? [{ host: base.victim, incident: base.incident, lastSeen: [position], isConfirmed: false }]
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

const turn = fc.record({
  what: fc.constantFrom('datagram', 'datagram', 'reading', 'reading', 'request', 'off', 'on', 'agent'),
  to: fc.constantFrom(...NAMES),
  by: number,
  thenMs: fc.constantFrom(0, 200, 1_000, 3_000, 15_000),
});

void test('lies of members with the right key end nobody', () => {
  fuzz(
    0.004,
    fc.property(number, fc.array(turn, { minLength: 20, maxLength: 60, size: 'max' }), (seed, turns) => {
      const world = new World({
        hosts: 4,
        seed: (seed % 1_000) + 1,
        proofs: ['silence', 'reboot', 'operator'],
      });
      world.addVm('vm1', 'h3');
      world.addVm('vm2', 'h4');
      world.run(20_000);
      for (const { what, to, by, thenMs } of turns) {
        const host = world.host(to);
        const lie = (input: Untimed): void => {
          // The host's own time is put to it.
          world.feed(host, host.agentLife, { ...input, now: 0 });
        };
        if (what === 'datagram') lie(datagram(world, host, by));
        else if (what === 'reading') lie(reading(world, host, by));
        else if (what === 'request') world.ask(to, request(world, by), () => undefined);
        else if (what === 'off' && host.power) world.powerOff(to);
        else if (what === 'on' && !host.power) world.powerOn(to);
        else if (what === 'agent' && host.power) {
          world.killAgent(to);
          world.startAgent(to);
        }
        world.run(thenMs);
      }
      const ended = NAMES.filter((name) => world.host(name).power && world.host(name).core === null);
      assert.deepEqual(ended, [], 'every agent that has power goes on');
    }),
  );
});
