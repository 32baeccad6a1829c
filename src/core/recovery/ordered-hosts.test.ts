/** Until when something may still come of an order that no slot tells of. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { incidentRecord, TIMING } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import {
  AGENT,
  intent,
  openOrder,
  plan,
  readSlot,
  renewedUpTo,
  type Setting,
  setUp,
  shown,
} from '../../../test/world/planning.ts';
import { createHostEvidence } from '../evidence/host.ts';
import type { Core } from '../state.ts';
import { MAX_HOSTS_ORDERED } from '../wire/records.ts';
import { createIncident, createVmWork } from './incident.ts';
import { KERNEL_SENDS_MS } from './still-sent.ts';
import { orderedWith } from './ordered-hosts.ts';

const NEXT_AGENT = 'b'.repeat(16);
const Q_MS = TIMING.openRequestMs;

function known({ core }: Setting, host: string): ReturnType<typeof createHostEvidence> {
  const evidence = createHostEvidence(host);
  core.hosts.set(host, evidence);
  return evidence;
}

function speaks(core: Core, host: string, agent: string): void {
  core.hosts.set(host, Object.assign(createHostEvidence(host), { said: { agent } }));
}

/** The order to `h2` got no answer, and has expired. */
function expired(): Setting {
  const at = setUp();
  known(at, 'h2');
  openOrder(at, 'lost');
  renewedUpTo(at.core, 16);
  plan(at);
  return at;
}

/** A new master finds that `h2` was given orders. */
function takenOver(): Setting {
  const at = setUp();
  known(at, 'h2');
  const record = incidentRecord({ migrationIdAtDeclaration: 10, ordered: [{ host: 'h2', agent: AGENT }] });
  const incident = createIncident(record, at.core.now, true, true);
  at.master.incidents.set('h9', incident);
  return { ...at, incident };
}

/** The slot of `h2` says so, but its beat was not seen to live. */
function findsInSlot({ core, master }: Setting, agent: string, continues: string | null): void {
  master.intents.note('h2', 'uuid-a', { intents: [], agent, continues }, core.now, false);
}

function goesAfter(at: Setting, ms: number): void {
  at.core.now += ms;
  assert.deepEqual(plan(at), []);
  at.core.now += 1;
  assert.equal(plan(at).length, 1);
}

describe('an order that has expired without an answer', () => {
  it('is not over by the words of another agent, until Q has passed since that was seen to live', () => {
    const at = expired();
    at.core.now += 10_000;
    readSlot(at, 'h2', [], at.core.now, NEXT_AGENT);
    assert.deepEqual(plan(at), []);
    goesAfter(at, KERNEL_SENDS_MS + Q_MS);
  });

  it('is over by the words of another agent that continues it, and not where those tell of its intent', () => {
    const at = expired();
    at.core.now += 10_000;
    readSlot(at, 'h2', [intent()], at.core.now, NEXT_AGENT, AGENT);
    assert.deepEqual(plan(at), []);
    readSlot(at, 'h2', [], at.core.now, NEXT_AGENT, AGENT);
    assert.equal(plan(at).length, 1);
  });

  it('is over once its host was freed for as long as the request may take', () => {
    const at = expired();
    readSlot(at, 'h2', [intent()], at.core.now);
    at.core.now += 10_000;
    at.core.hosts.delete('h2');
    at.master.intents.noteRemoved('h2', at.core.now);
    goesAfter(at, KERNEL_SENDS_MS + Q_MS);
  });

  it('is over once its host had said goodbye for as long as the request may take', () => {
    const at = expired();
    readSlot(at, 'h2', [intent()], at.core.now);
    const leaving = { why: 'shutdown', expiresMs: null } as const;
    Object.assign(at.core.hosts.get('h2') ?? assert.fail(), {
      boot: 'b1',
      leaving: { leaving, firstSeenMs: at.core.now, boot: 'b1' },
    });
    goesAfter(at, KERNEL_SENDS_MS + Q_MS);
  });

  it('tells what it waits for', () => {
    const at = setUp();
    readSlot(at, 'h4', [intent()], at.core.now);
    plan(at);
    assert.match(shown(at), /before the slot of h4 says .*: start its agent, or .* vigil confirm-dead h4/);
  });
});

describe('an incident in which a former master gave orders', () => {
  it('waits for the slot of whom it ordered to be written by beats that live', () => {
    const at = takenOver();
    findsInSlot(at, AGENT, null);
    assert.deepEqual(plan(at), []);
    assert.match(shown(at), /^waiting: h2 had orders of a former master, .* vigil confirm-dead h2/);
    at.core.now += 10 * Q_MS;
    assert.deepEqual(plan(at), [], 'it may be paused over its request');
    readSlot(at, 'h2', [], at.core.now);
    assert.equal(plan(at).length, 1);
  });

  it('knows by the words of another agent what the one was about that this one continues', () => {
    const at = takenOver();
    findsInSlot(at, NEXT_AGENT, AGENT);
    assert.deepEqual(plan(at), [], 'its beat was not seen to live');
    readSlot(at, 'h2', [], at.core.now, NEXT_AGENT, 'c'.repeat(16));
    assert.deepEqual(plan(at), [], 'it continues a third one');
    readSlot(at, 'h2', [], at.core.now, NEXT_AGENT, AGENT);
    assert.equal(plan(at).length, 1);
  });

  it('waits for Q where another agent lives there', () => {
    const at = takenOver();
    readSlot(at, 'h2', [], at.core.now, NEXT_AGENT);
    plan(at);
    goesAfter(at, KERNEL_SENDS_MS + Q_MS);
  });

  it('waits for Q from when it was found proven that it is dead', () => {
    const at = takenOver();
    const dead = createIncident(incidentRecord({ victim: 'h2' }), at.core.now, false);
    at.master.incidents.set('h2', dead);
    at.core.now += 50_000;
    dead.provenMs = at.core.now;
    at.core.hosts.delete('h2');
    goesAfter(at, Q_MS);
  });

  it('knows what this very agent was ordered', () => {
    const at = takenOver();
    const ordered = { host: at.core.settings.host, agent: at.core.settings.agent, goneMs: null };
    at.incident.orderedBefore = [ordered];
    assert.equal(plan(at).length, 1);
  });

  it('knows what the agent was about that this very one continues', () => {
    const at = takenOver();
    const ordered = { host: at.core.settings.host, agent: AGENT, goneMs: null };
    at.incident.orderedBefore = [ordered];
    assert.deepEqual(plan(at), []);
    at.core.formerAgents.set('uuid-a', AGENT);
    assert.equal(plan(at).length, 1);
  });
});

describe('hosts that have orders', () => {
  it('are those of orders that are open, those of former masters, and those that are to get one', () => {
    const at = takenOver();
    openOrder(at, null, 'h3');
    speaks(at.core, 'h4', NEXT_AGENT);
    const work = createVmWork('vm4', 'vm4');
    const ordered = orderedWith(at.core, at.incident, [{ work, target: 'h4' }]);
    assert.deepEqual(ordered, [
      { host: 'h2', agent: AGENT },
      { host: 'h3', agent: AGENT },
      { host: 'h4', agent: NEXT_AGENT },
    ]);
  });

  it('are no more than a record can tell', () => {
    const core = connectedCore();
    const incident = createIncident(incidentRecord(), core.now, false);
    const planned = Array.from({ length: MAX_HOSTS_ORDERED + 3 }, (_, n) => {
      speaks(core, `t${n}`, AGENT);
      return { work: createVmWork(`vm${n}`, `vm${n}`), target: `t${n}` };
    });
    assert.equal(orderedWith(core, incident, planned).length, MAX_HOSTS_ORDERED);
  });
});
