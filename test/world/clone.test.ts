/** A second machine with the name and the keys of a living host, as a cloned disk brings it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_NONCE } from '../../src/core/evidence/network-path.ts';
import type { HoldCode } from '../../src/core/recovery/holds.ts';
import type { Heartbeat } from '../../src/core/wire/datagram.ts';
import { holdOf } from './incidents.ts';
import { settled, slaveOf } from './settled.ts';
import type { World } from './little-world.ts';

/** Speaks once; it takes its nonce from what the master has issued to it. */
function cloneOf(world: World, name: string, boot = 'boot-of-the-clone'): () => void {
  const { settings } = world.host(name).core ?? {};
  assert.ok(settings);
  let counter = 0;
  return () => {
    const master = world.master();
    const path = master.core?.hosts.get(name)?.network;
    const issued = [path?.challenged, path].find((is) => is?.agent === 'clone')?.nonce;
    counter += 1;
    const { address, eligible, role, timing } = settings;
    const datagram: Heartbeat = {
      kind: 'heartbeat',
      cluster: settings.clusterHash,
      host: name,
      boot,
      agent: 'clone',
      counter,
      term: 1,
      nonce: issued ?? NO_NONCE,
      echoedCounter: 0,
      leaving: false,
      body: {
        view: { master: master.name, neighbours: [], isolation: [], volumes: [] },
        address,
        eligible,
        role,
        leaving: null,
        timing,
      },
    };
    const now = world.clock.now;
    world.feed(master, master.agentLife, { kind: 'datagram', now, fromIp: '10.0.0.99', datagram });
  };
}

for (const proofs of [['silence', 'reboot'], ['silence']] as const)
  it(`is no reboot of it: its VMs run on (${proofs.join()})`, () => {
    const world = settled({ hosts: 4, proofs });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.run(10_000);
    const speak = cloneOf(world, victim);
    const verdicts = new Set<string>();
    for (let n = 0; n < 120; n += 1) {
      speak();
      world.run(1_000);
      verdicts.add(world.verdict(victim));
    }
    assert.ok(verdicts.has('degraded') && !verdicts.has('failed'), [...verdicts].join());
    world.until('online', () => world.verdict(victim) === 'online', 120_000);
    assert.equal(world.journal.filter(({ event }) => event === 'declared').length, 0);
    assert.equal(world.nova.rows.length, 0);
  });

void describe('a host that is back, beside the life in which it was declared failed', () => {
  interface Back {
    readonly world: World;
    readonly host: string;
    readonly speak: (forMs: number) => void;
  }

  function back(vms: number): Back {
    const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
    const host = slaveOf(world);
    world.nova.habits.resumeGuestsOnHostBoot = false;
    for (let n = 0; n < vms; n += 1) world.addVm(`vm${n}`, host);
    // It cannot be evacuated: the incident stays open.
    const extraSpecs = { 'hw:tpm_version': '2.0' };
    world.addVm('tpm', host, { extraSpecs });
    world.run(10_000);
    const former = world.host(host).boot;
    world.powerOff(host);
    world.until('forced down', () => world.nova.state.services.get(host)?.forcedDown === true, 60_000);
    world.until(
      'elsewhere',
      () => world.nova.rows.filter(({ status }) => status === 'done').length === vms,
      60_000,
    );
    world.powerOn(host);
    const waiting = ['compute-not-back', 'rows-not-completed'];
    world.until('is back', () => waiting.includes(holdOf(world, host) ?? ''), 60_000);
    world.run(10_000);
    const say = cloneOf(world, host, former);
    const speak = (forMs: number): void => {
      for (const end = world.clock.now + forMs; world.clock.now < end; world.run(1_000)) say();
    };
    return { world, host, speak };
  }

  /** As long as that life speaks, with nova-compute or without. */
  function assertHeld({ world, host, speak }: Back, code: HoldCode): void {
    speak(10_000);
    assert.equal(holdOf(world, host), code);
    world.startCompute(host);
    speak(30_000);
    assert.equal(holdOf(world, host), code);
    assert.deepEqual(world.reboots, []);
  }

  it('is held as critical where VMs were sent on, and goes on when that life is over', () => {
    const scene = back(1);
    const { world, host } = scene;
    assert.equal(world.nova.rows.length, 1);
    assertHeld(scene, 'life-after-failed');
    const told = world.reports.find(({ report }) => report.title.endsWith('held: life-after-failed'));
    assert.match(told?.report.rule ?? '', /vm0 \(vm0\) also on/);
    world.until('started', () => world.runsOn('tpm', host), 60_000);
    world.until(
      'closed',
      () => holdOf(world, host) === undefined && world.verdict(host) !== 'returning',
      60_000,
    );
  });

  it('waits for its end where nothing was sent, and forgets no VM', () => {
    const scene = back(0);
    const { world, host } = scene;
    assert.equal(world.nova.rows.length, 0);
    assertHeld(scene, 'life-signs');
    world.until('started', () => world.runsOn('tpm', host), 60_000);
  });
});
