import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import {
  brokenBy,
  journal,
  quietWorld,
  readRows,
  readsLease,
  sendingUnread,
  told,
  writesDown,
} from '../../test/world/quiet-world.ts';
import { act } from '../actions/act.ts';
import type { World } from '../world.ts';
import { CHECKERS } from './names.ts';
import { watch } from './watch.ts';

const ORDER = { vm: 'vm3', victim: 'h3' };
const START = { vm: 'vm3', host: 'h3' };
const CLOSED = { victim: 'h3', phase: 'closed', proof: 'reboot' };
const FORCE_DOWN: CloudCall = { call: 'force-down', serviceId: 'of-h3', forcedDown: true };
const READINGS: readonly CloudCall[] = [
  { call: 'list-servers', host: 'h3' },
  { call: 'list-host-migrations', host: 'h3' },
  { call: 'list-capacity' },
  { call: 'list-groups' },
  { call: 'list-services' },
];

function readAll(world: World, but: CloudCall['call'] | null = null): void {
  for (const call of READINGS) if (call.call !== but) told(world, call, true, 'h1');
}

function asks(world: World, call: CloudCall): void {
  world.events.emit({ event: 'nova-sending', by: 'h2', call });
}

function sends(world: World): void {
  writesDown(world);
  readsLease(world, {});
  sendingUnread(world);
}

/** Who has read everything whole, and acts. */
const GOOD: Readonly<Record<string, (world: World) => void>> = {
  'an evacuation': (world) => {
    readRows(world, true);
    sends(world);
  },
  'an order': (world) => {
    readAll(world);
    journal(world, 'order', ORDER);
  },
  'an order, though a request of before has come to nothing only now': (world) => {
    readAll(world);
    told(world, { call: 'list-servers', host: 'h3' }, false, 'h1', 0);
    journal(world, 'order', ORDER);
  },
  'an order, though what its former life has asked for comes to nothing': (world) => {
    act(world, { do: 'kill', what: 'agent', hosts: ['h1'], lateWriteMs: null });
    act(world, { do: 'start', what: 'agent', hosts: ['h1'] });
    for (const call of READINGS) {
      world.events.emit({ event: 'nova-sending', by: 'h1', call });
      told(world, call, true, 'h1');
    }
    told(world, { call: 'list-servers', host: 'h3' }, false, 'h1');
    journal(world, 'order', ORDER);
  },
  'a start in place': (world) => {
    readAll(world);
    journal(world, 'restart-in-place', START);
    told(world, { call: 'guest-state', vm: 'vm3' });
    asks(world, { call: 'hard-reboot', vm: 'vm3' });
  },
  'the end of an incident': (world) => {
    readAll(world);
    journal(world, 'incident', CLOSED);
  },
  'forced_down, though the services were asked for once more since': (world) => {
    told(world, { call: 'list-services' });
    told(world, { call: 'list-services' }, false);
    asks(world, FORCE_DOWN);
  },
};

const BAD: Readonly<Record<string, (world: World) => void>> = {
  'an evacuation on records that could not be read any more': (world) => {
    readRows(world, true);
    readRows(world, false);
    sends(world);
  },
  'an evacuation on records that were read long ago': (world) => {
    readRows(world, true);
    world.run(121_000);
    sends(world);
  },
  'an evacuation on records that another agent has read': (world) => {
    told(world, { call: 'list-migrations', vm: 'vm3' }, true, 'h1');
    sends(world);
  },
  'an evacuation on records that a former life of the agent has read': (world) => {
    readRows(world, true);
    act(world, { do: 'kill', what: 'agent', hosts: ['h2'], lateWriteMs: null });
    act(world, { do: 'start', what: 'agent', hosts: ['h2'] });
    sends(world);
  },
  'an order on a list of VMs that has not come whole': (world) => {
    readAll(world);
    told(world, { call: 'list-servers', host: 'h3' }, false, 'h1');
    journal(world, 'order', ORDER);
  },
  'an order on lists of another host': (world) => {
    readAll(world);
    journal(world, 'order', { ...ORDER, victim: 'h2' });
  },
  'a start in place of a guest that was not asked for': (world) => {
    told(world, { call: 'guest-state', vm: 'vm2' });
    asks(world, { call: 'hard-reboot', vm: 'vm3' });
  },
  'a start in place of what is not known to be there': (world) => journal(world, 'restart-in-place', START),
  'the end of an incident without a look at what is there': (world) => {
    readAll(world, 'list-servers');
    journal(world, 'incident', CLOSED);
  },
  'forced_down without a look at the services': (world) => asks(world, FORCE_DOWN),
  ...Object.fromEntries(
    (['list-capacity', 'list-groups'] as const).map((call) => [
      `an order without ${call}`,
      (world: World) => {
        readAll(world, call);
        journal(world, 'order', ORDER);
      },
    ]),
  ),
};

const others = new Set(CHECKERS.filter((name) => name !== 'acts-unread'));

function broken(act: (world: World) => void): readonly string[] {
  const world = quietWorld();
  const watched = watch(world, others);
  act(world);
  return brokenBy(watched);
}

describe('who could not read does not act', () => {
  for (const [what, act] of Object.entries(GOOD))
    it(`is kept by ${what}`, () => {
      assert.deepEqual(broken(act), []);
    });
  for (const [what, act] of Object.entries(BAD))
    it(`is broken by ${what}`, () => {
      assert.deepEqual(broken(act), ['acts-unread']);
    });
});
