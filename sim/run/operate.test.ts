/** Whoever confirms that a host is dead has looked. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../actions/action.ts';
import { act } from '../actions/act.ts';
import { type ClusterSettings, DEFAULT_SERVER, DEFAULT_SETTINGS, defaultHosts } from '../cluster.ts';
import { settle } from '../scenario/settle.ts';
import type { World } from '../world.ts';
import { operate } from './operate.ts';

function settledSite(proofs: ClusterSettings['proofs'] = []): { readonly world: World } {
  const settled = settle({
    hosts: defaultHosts(3),
    leaseVolumes: 1,
    settings: { ...DEFAULT_SETTINGS, proofs },
    servers: [{ ...DEFAULT_SERVER, vm: 'vm3', host: 'h3' }],
    groups: [],
    cold: false,
  });
  assert.ok(settled.ok);
  return settled;
}

/** What is confirmed a minute after this has happened to `h3`, where Vigil accepts no proof by itself. */
function confirmedAfter(action: Action): readonly string[] {
  const { world } = settledSite();
  act(world, action);
  world.run(60_000);
  assert.equal(world.masters()[0]?.core?.master?.incidents.get('h3')?.hold?.code, 'no-proof');
  return confirmedNow(world);
}

function confirmedNow(world: World): readonly string[] {
  const confirmed: string[] = [];
  world.events.listen((event) => {
    if (event.event === 'action' && event.action.do === 'confirm-dead') confirmed.push(event.action.host);
  });
  operate(world);
  return confirmed;
}

describe('an operator who is asked for a proof', () => {
  it('gives it for a host that is off', () => {
    assert.deepEqual(confirmedAfter({ do: 'power-off', hosts: ['h3'] }), ['h3']);
  });

  it('gives it for a host that has booted since', () => {
    assert.deepEqual(confirmedAfter({ do: 'reboot', host: 'h3', forMs: 30_000 }), ['h3']);
  });

  it('gives none for a host that hangs', () => {
    assert.deepEqual(confirmedAfter({ do: 'freeze', hosts: ['h3'] }), []);
  });

  it('gives it for a host that no master has seen alive since the site started', () => {
    const { world } = settledSite();
    const all = ['h1', 'h2', 'h3'];
    act(world, { do: 'power-off', hosts: all });
    world.run(60_000);
    act(world, { do: 'power-on', hosts: ['h1', 'h2'] });
    const isAsked = (): boolean =>
      world.masters()[0]?.core?.master?.judgements.get('h3')?.verdict === 'unknown';
    for (let s = 0; s < 300 && !isAsked(); s++) world.run(1_000);
    assert.ok(confirmedNow(world).includes('h3'));
  });
});

/** Its live migration fails, its host dies soon after, and a person is asked: is it evacuated by hand? */
function evacuatedAfter(meanwhile: (world: World) => void): boolean {
  const { world } = settledSite(['silence']);
  act(world, { do: 'migrate', vm: 'vm3', to: 'h2' });
  world.run(5_000);
  act(world, { do: 'kill', what: 'nova-compute', hosts: ['h3'], lateWriteMs: null });
  act(world, { do: 'start', what: 'nova-compute', hosts: ['h3'] });
  world.run(20_000);
  act(world, { do: 'power-off', hosts: ['h3'] });
  meanwhile(world);
  world.run(60_000);
  const work = world.masters()[0]?.core?.master?.incidents.get('h3')?.vms.get('vm3');
  assert.match(work?.reason ?? '', /it may run there: see that it does not, then evacuate it by hand/);
  let isEvacuated = false;
  world.events.listen((event) => {
    if (event.event === 'action' && event.action.do === 'evacuate-by-hand') isEvacuated = true;
  });
  operate(world);
  return isEvacuated;
}

describe('an operator who is asked to evacuate what may run elsewhere', () => {
  it('does it if it runs nowhere', () => {
    assert.equal(
      evacuatedAfter(() => undefined),
      true,
    );
  });

  it('does not if it runs', () => {
    assert.equal(
      evacuatedAfter(({ guests }) => guests.start('vm3', 'h2')),
      false,
    );
  });
});
