import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeclaredMaintenance } from '../../src/core/wire/records.ts';
import { settled, slaveOf } from './settled.ts';
import type { World } from './little-world.ts';

const DECLARED: DeclaredMaintenance = { by: 'ann', why: 'new memory', recover: false };

function change(world: World, host: string, declared: DeclaredMaintenance | null): void {
  let ok: boolean | null = null;
  world.ask(host, { ask: 'maintenance', declared }, (answer) => {
    ok = answer.to === 'maintenance' && answer.ok;
  });
  world.until('an answer', () => ok !== null, 10_000);
  assert.equal(ok, true);
}

function inMaintenance(more: Partial<DeclaredMaintenance> = {}): { world: World; host: string } {
  const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
  const host = slaveOf(world);
  world.addVm('vm', host);
  change(world, host, { ...DECLARED, ...more });
  world.until('seen', () => world.verdict(host) === 'maintenance', 5_000);
  return { world, host };
}

function comesBack(world: World, host: string): void {
  world.powerOn(host);
  world.startCompute(host);
  world.until('heard again', () => told(world, `host/${host}/maintenance-silent`).length === 2, 20_000);
  assert.equal(world.verdict(host), 'maintenance');
}

const told = (world: World, cause: string): string[] =>
  world.reports.filter(({ report }) => report.cause === cause).map(({ report }) => report.state);
const incidents = (world: World): number => world.journal.filter(({ event }) => event === 'declared').length;

void describe('a host in maintenance, on virtual time', () => {
  it('is reported once, with its end, and is not judged when it dies', () => {
    const { world, host } = inMaintenance();
    world.powerOff(host);
    world.run(120_000);
    assert.equal(world.verdict(host), 'maintenance');
    assert.equal(incidents(world), 0);
    assert.deepEqual(told(world, `host/${host}/maintenance`), ['begin']);
    assert.deepEqual(told(world, `host/${host}/maintenance-silent`), ['begin']);
    comesBack(world, host);
    change(world, host, null);
    world.until('online', () => world.verdict(host) === 'online', 10_000);
    assert.deepEqual(told(world, `host/${host}/maintenance`), ['begin', 'end']);
    world.run(60_000);
    assert.equal(incidents(world), 0, 'its reboot was planned');
    assert.equal(world.nova.rows.length, 0);
  });

  it('is not judged by a new master either', () => {
    const { world, host } = inMaintenance();
    world.powerOff(host);
    const old = world.master().name;
    world.killAgent(old);
    world.until('another master', () => world.masters().some(({ name }) => name !== old), 60_000);
    world.until('judged', () => world.verdict(host) === 'maintenance', 20_000);
    world.run(60_000);
    assert.equal(world.verdict(host), 'maintenance');
    assert.equal(incidents(world), 0);
  });

  it('is ended also where its own slots were torn and only others remember it', () => {
    const { world, host } = inMaintenance();
    world.powerOff(host);
    world.until('silent', () => told(world, `host/${host}/maintenance-silent`).length > 0, 30_000);
    for (const { slotOf } of world.volumes) slotOf.delete(host);
    comesBack(world, host);
    change(world, host, null);
    world.until('online', () => world.verdict(host) === 'online', 10_000);
  });

  it('is recovered when its maintenance said so', () => {
    const { world, host } = inMaintenance({ recover: true });
    world.powerOff(host);
    world.until('recovered', () => world.servers.get('vm')?.host !== host, 60_000);
    assert.equal(world.nova.rows.length, 1);
    assert.deepEqual(world.watched.violations, []);
  });

  it('is recovered on an operator’s word', () => {
    const { world, host } = inMaintenance();
    world.powerOff(host);
    world.until('silent', () => told(world, `host/${host}/maintenance-silent`).length > 0, 30_000);
    // A word against a host is taken once its volumes were silent for long enough, too.
    world.run(world.timing.volumeLostMs);
    world.ask(world.master().name, { ask: 'confirm-dead', host, by: 'ann' }, (answer) =>
      assert.ok(answer.to === 'confirm-dead' && answer.ok),
    );
    world.until('recovered', () => world.servers.get('vm')?.host !== host, 60_000);
  });

  it('takes no VMs of others', () => {
    const { world, host } = inMaintenance();
    const victim =
      [...world.hosts.keys()].find((name) => name !== host && name !== world.master().name) ?? '';
    for (let n = 0; n < 6; n += 1) world.addVm(`other${n}`, victim);
    world.powerOff(victim);
    const there = (): number => [...world.servers.values()].filter((vm) => vm.host === victim).length;
    world.until('recovered', () => there() === 0, 60_000);
    assert.ok(!world.nova.rows.some(({ target }) => target === host));
  });

  it('gives the lease back and does not claim it until the maintenance has ended', () => {
    const world = settled({ hosts: 3, eligible: ['h1', 'h2'] });
    const first = world.master().name;
    const second = first === 'h1' ? 'h2' : 'h1';
    change(world, first, DECLARED);
    world.until('handed over', () => world.masters()[0]?.name === second, 20_000);
    world.powerOff(second);
    world.run(120_000);
    assert.deepEqual(world.masters(), []);
    change(world, first, null);
    world.until('master again', () => world.masters()[0]?.name === first, 30_000);
  });

  it('stays in it across a restart of its agent, also where one volume kept an older word', () => {
    const { world, host } = inMaintenance();
    const heartbeatOnly = world.volumes[1] ?? assert.fail();
    heartbeatOnly.failing.add(host);
    change(world, host, null);
    change(world, host, { ...DECLARED, why: 'once more' });
    heartbeatOnly.failing.delete(host);
    world.killAgent(host);
    world.startAgent(host);
    world.run(20_000);
    assert.equal(world.verdict(host), 'maintenance');
    assert.equal(world.host(host).core?.maintenance.declared?.why, 'once more');
  });

  it('is not ended by an agent that has not read yet what its former life said', () => {
    const { world, host } = inMaintenance();
    world.killAgent(host);
    for (const volume of world.volumes) volume.hung.add(host);
    world.startAgent(host);
    let words = '';
    world.ask(host, { ask: 'maintenance', declared: null }, (answer) => {
      if (answer.to === 'maintenance' && !answer.ok) words = answer.words;
    });
    world.until('refused', () => words !== '', 10_000);
    for (const volume of world.volumes) volume.unhang(host);
    world.run(20_000);
    assert.equal(world.verdict(host), 'maintenance');
  });

  it('is not declared where it cannot be written', () => {
    const world = settled({ hosts: 4 });
    const host = slaveOf(world);
    for (const volume of world.volumes) volume.failing.add(host);
    let words = '';
    world.ask(host, { ask: 'maintenance', declared: DECLARED }, (answer) => {
      if (answer.to === 'maintenance' && !answer.ok) words = answer.words;
    });
    world.until('refused', () => words !== '', 10_000);
    assert.match(words, /cannot be read and written/);
    for (const volume of world.volumes) volume.failing.delete(host);
    world.run(20_000);
    assert.equal(world.verdict(host), 'online');
  });
});
