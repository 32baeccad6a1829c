/** A second machine with the name and the keys of a living host, as a cloned disk brings it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NO_NONCE } from '../../src/core/evidence/network-path.ts';
import type { Heartbeat } from '../../src/core/wire/datagram.ts';
import { settled, slaveOf } from './settled.ts';
import type { World } from './world.ts';

/** Speaks once; it takes its nonce from what the master has issued to it. */
function cloneOf(world: World, name: string): () => void {
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
      boot: 'boot-of-the-clone',
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
    world.nova.addServer('vm', victim);
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
