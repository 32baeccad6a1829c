/** A host whose incident is open has been back, and falls silent again. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bringBack } from './bring-back.ts';
import { holdOf, incidentOf } from './incidents.ts';
import { blackout, light, settled, slaveOf, slaves } from './settled.ts';
import type { World } from './little-world.ts';

function confirmDead(world: World, host: string): boolean {
  let ok = false;
  world.ask(world.master().name, { ask: 'confirm-dead', host, by: 'ann' }, (answer) => {
    ok = answer.to === 'confirm-dead' && answer.ok;
  });
  return ok;
}

/** Booted without a word: `good-HOST` runs there again, `bad-HOST` does not start, so that the incident stays open. */
function rebooted(world: World, host: string): void {
  world.nova.habits.resumeGuestsOnHostBoot = false;
  world.addVm(`good-${host}`, host);
  world.addVm(`bad-${host}`, host);
  world.nova.faults.startFails.add(`bad-${host}`);
  world.powerOff(host);
  world.run(2_000);
  bringBack(world, host);
  world.until(
    'all but one run',
    () => holdOf(world, host) === 'restarts-pending' && world.runsOn(`good-${host}`, host),
    60_000,
  );
}

void describe('silence that a host announced after its return', () => {
  function returning(): { readonly world: World; readonly host: string } {
    const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
    const host = slaveOf(world);
    rebooted(world, host);
    return { world, host };
  }

  it('is no second death while it is in maintenance, until somebody vouches for it', () => {
    const { world, host } = returning();
    let declared = false;
    const maintenance = { by: 'ann', why: 'new switch', recover: false };
    world.ask(host, { ask: 'maintenance', declared: maintenance }, (answer) => {
      declared = answer.to === 'maintenance' && answer.ok;
    });
    world.until('declared', () => declared, 10_000);
    world.run(5_000);
    blackout(world, host);
    const good = () => incidentOf(world, host)?.vms.get(`good-${host}`)?.state;
    assert.equal(good(), 'recovered');
    world.until('held', () => holdOf(world, host) === 'planned-work', 30_000);
    world.run(60_000);
    assert.equal(good(), 'waiting');
    assert.equal(world.nova.rows.length, 0);
    assert.deepEqual([world.twice, world.watched.bets], [[], []]);
    light(world, host);
    world.until('goes on', () => holdOf(world, host) === 'restarts-pending', 30_000);
    assert.equal(good(), 'recovered');
    world.powerOff(host);
    world.until('held', () => holdOf(world, host) === 'planned-work', 30_000);
    world.until('a word is taken', () => confirmDead(world, host), 30_000);
    world.until('recovered', () => world.servers.get(`good-${host}`)?.host !== host, 60_000);
    assert.deepEqual(world.watched.violations, []);
  });

  it('is none either while it reboots, or after it was shut down', () => {
    for (const why of ['reboot', 'shutdown'] as const) {
      const { world, host } = returning();
      const { agentLife } = world.host(host);
      const leaving = { why, expiresMs: why === 'reboot' ? 600_000 : null };
      world.feed(world.host(host), agentLife, { kind: 'stop', now: world.clock.now, leaving });
      world.run(3_000);
      world.powerOff(host);
      world.until('held', () => holdOf(world, host) === 'planned-work', 30_000);
      world.run(60_000);
      assert.equal(world.nova.rows.length, 0, why);
      world.run(600_000);
      assert.equal(world.nova.rows.length === 0, why === 'shutdown', 'what takes too long is no reboot');
    }
  });
});

void describe('several of them that fall silent together', () => {
  function cutOff(): { readonly world: World; readonly hosts: readonly string[] } {
    const world = settled({ hosts: 9, proofs: ['silence', 'reboot'] });
    const hosts = slaves(world).slice(0, 4);
    for (const host of hosts) rebooted(world, host);
    world.run(70_000);
    for (const host of hosts) blackout(world, host);
    world.run(60_000);
    return { world, hosts };
  }

  it('are held by the brake, as hosts without an incident are', () => {
    const { world, hosts } = cutOff();
    for (const host of hosts) assert.equal(holdOf(world, host), 'brake', host);
    assert.deepEqual([world.nova.rows, world.twice, world.watched.bets], [[], [], []]);
    for (const host of hosts) assert.equal(world.nova.state.services.get(host)?.forcedDown, false);
    for (const host of hosts) light(world, host);
    world.until('go on', () => hosts.every((host) => holdOf(world, host) === 'restarts-pending'), 30_000);
  });

  it('are recovered one after the other on somebody’s word, and each counts as failed just now', () => {
    const { world, hosts } = cutOff();
    const [first = '', second = '', third = '', fourth = ''] = hosts;
    for (const host of hosts) world.powerOff(host);
    const moved = (host: string) => world.servers.get(`good-${host}`)?.host !== host;
    world.run(5_000);
    for (const host of [first, second]) assert.equal(confirmDead(world, host), true);
    world.until('two are recovered', () => moved(first) && moved(second), 30_000);
    assert.equal(confirmDead(world, third), true);
    world.run(10_000);
    assert.equal(holdOf(world, third), 'brake');
    light(world, third);
    world.powerOn(third);
    world.until('it is back', () => holdOf(world, third) === 'compute-not-back', 60_000);
    // Until it writes to its volumes again: of a path that it never took in this life nobody knows that it is silent.
    world.run(10_000);
    world.powerOff(third);
    world.run(30_000);
    assert.equal(holdOf(world, third), 'brake', 'the word told of another silence');
    assert.equal(confirmDead(world, third), true);
    assert.equal(confirmDead(world, fourth), true);
    world.until('all are recovered', () => hosts.every(moved), 180_000);
    assert.deepEqual(world.twice, []);
  });
});
