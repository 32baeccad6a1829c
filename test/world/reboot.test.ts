/** A host that is back with a new boot id: its VMs are started where they are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { Incident, VmWork } from '../../src/core/recovery/incident.ts';
import { Checker } from './checker.ts';
import { bringBack } from './faults.ts';
import { blackout, light } from './settled.ts';
import { World, type WorldOptions } from './world.ts';

const PROOFS = ['silence', 'reboot'] as const;

interface Scene {
  readonly world: World;
  readonly victim: string;
}

function settled(vms: number, options: Partial<WorldOptions> = {}): Scene {
  const world = new World({ hosts: 4, proofs: PROOFS, ...options });
  world.nova.resumeGuests = false;
  world.until('a master', () => world.masters().length === 1, 40_000);
  const master = world.master();
  world.until(
    'all online',
    () =>
      [...(master.core?.master?.judgements.values() ?? [])].filter(({ verdict }) => verdict === 'online')
        .length === 3,
    40_000,
  );
  const victim = [...world.hosts.keys()].find((name) => name !== master.name) ?? '';
  for (let n = 0; n < vms; n += 1) world.nova.addServer(`vm${n}`, victim);
  return { world, victim };
}

/** Off and on again, faster than it could be found silent. */
function blink({ world, victim }: Scene, computeAfterMs = 4_000): void {
  world.powerOff(victim);
  world.run(2_000);
  world.powerOn(victim);
  world.clock.after(computeAfterMs, () => world.startCompute(victim));
}

const incidentOf = ({ world, victim }: Scene): Incident | undefined =>
  world.master().core?.master?.incidents.get(victim);
const vmOf = (scene: Scene, vm: string): VmWork | undefined => incidentOf(scene)?.vms.get(vm);
const isClosed = (scene: Scene): boolean =>
  incidentOf(scene) === undefined && scene.world.verdict(scene.victim) === 'online';
const runsThere = ({ world, victim }: Scene, vm: string): boolean =>
  world.running.get(vm)?.has(victim) === true;

const toldVms = z.array(z.object({ vm: z.string(), state: z.string(), reason: z.string().nullable() }));

/** The last thing told of a VM, by the report of the incident. */
function told({ world, victim }: Scene, vm: string): { state: string; reason: string | null } | undefined {
  const last = world.reports.findLast(
    ({ report }) => report.cause === `incident/${victim}` && report.state !== 'end',
  );
  const vms = toldVms.parse(last?.report.evidence['vms']);
  return vms.find((known) => known.vm === vm);
}

void describe('a host that rebooted without a word', () => {
  it('has its VMs started in place, once each, and nothing evacuated or forced down', () => {
    const scene = settled(5);
    const { world, victim } = scene;
    const offMs = world.clock.now;
    blink(scene);
    world.until('an incident', () => incidentOf(scene) !== undefined, 10_000);
    world.until('all run', () => [0, 1, 2, 3, 4].every((n) => runsThere(scene, `vm${n}`)), 45_000);
    const backMs = world.clock.now - offMs;
    world.until('closed', () => isClosed(scene), 20_000);
    assert.ok(backMs <= 35_000, `after ${backMs} ms`);
    assert.deepEqual(world.nova.reboots.map(({ vm }) => vm).sort(), ['vm0', 'vm1', 'vm2', 'vm3', 'vm4']);
    assert.ok(world.nova.reboots.every(({ ran }) => !ran));
    assert.equal(world.nova.rows.length, 0);
    assert.equal(
      world.journal.some(
        ({ event, data }) =>
          event === 'incident' && data['victim'] === victim && data['forcedDownBy'] !== null,
      ),
      false,
    );
    assert.deepEqual(world.twice, []);
    world.run(300_000);
    assert.equal(world.nova.reboots.length, 5);
    assert.ok(isClosed(scene), 'and no second incident of one reboot');
  });

  it('leaves guests alone that nova has started itself', () => {
    const scene = settled(3);
    scene.world.nova.resumeGuests = true;
    blink(scene);
    scene.world.run(8_000);
    scene.world.until('closed', () => isClosed(scene), 60_000);
    assert.deepEqual(scene.world.nova.reboots, []);
    assert.equal(told(scene, 'vm0')?.state, 'recovered');
  });

  it('starts those that nova-compute meanwhile took for stopped by their users', () => {
    const scene = settled(2);
    scene.world.nova.powerSyncMs = 100;
    blink(scene);
    scene.world.run(8_000);
    scene.world.until('closed', () => isClosed(scene), 60_000);
    assert.ok(runsThere(scene, 'vm0') && runsThere(scene, 'vm1'));
    assert.equal(scene.world.nova.servers.get('vm0')?.status, 'ACTIVE');
  });

  it('starts them also when it was the master, whose nova-compute waits for the gate', () => {
    const { world } = settled(0);
    const victim = world.master().name;
    world.nova.addServer('vm0', victim);
    world.nova.powerSyncMs = 100;
    world.powerOff(victim);
    world.run(2_000);
    bringBack(world, victim);
    world.until('it runs again', () => runsThere({ world, victim }, 'vm0'), 60_000);
  });

  it('starts no VM that was not to run, and says why', () => {
    const scene = settled(0);
    const { world, victim } = scene;
    const off = { status: 'SHUTOFF', vmState: 'stopped', powerState: 4 };
    world.nova.addServer('stopped', victim, off);
    world.nova.addServer('excluded', victim, { metadata: { HA_Enabled: 'False' } });
    world.nova.addServer('local', victim, { bootedFromVolume: false });
    world.nova.addServer('hidden', victim);
    world.nova.diagnostics.set('hidden', { code: 'forbidden', status: 403, detail: 'policy' });
    blink(scene);
    world.run(8_000);
    world.until('closed', () => isClosed(scene), 60_000);
    assert.deepEqual(
      world.nova.reboots.map(({ vm }) => vm),
      ['local'],
    );
    assert.match(told(scene, 'stopped')?.reason ?? '', /it was stopped/);
    assert.match(told(scene, 'excluded')?.reason ?? '', /HA_Enabled/);
    assert.match(told(scene, 'hidden')?.reason ?? '', /policy.*by hand/);
    assert.equal(told(scene, 'local')?.state, 'recovered');
  });

  it('is held with its reason when the configuration does not accept the proof, until somebody confirms', () => {
    const scene = settled(1, { proofs: ['silence'] });
    const { world, victim } = scene;
    blink(scene);
    world.run(120_000);
    const hold = incidentOf(scene)?.hold;
    assert.equal(hold?.code, 'no-proof');
    assert.match(hold?.words ?? '', /accept_proofs does not list reboot/);
    assert.deepEqual(world.nova.reboots, []);
    world.ask(world.master().name, { ask: 'confirm-dead', host: victim, by: 'ann' }, (answer) =>
      assert.ok(answer.to === 'confirm-dead' && answer.ok),
    );
    world.until('it runs', () => runsThere(scene, 'vm0'), 60_000);
    assert.equal(world.nova.rows.length, 0);
  });

  it('does nothing while nova-compute is not back, or nova cannot be read', () => {
    const scene = settled(1);
    const { world, victim } = scene;
    blink(scene, 600_000);
    world.until('it waits', () => incidentOf(scene)?.hold?.code === 'compute-not-back', 30_000);
    world.run(60_000);
    world.nova.diagnostics.set('vm0', { code: 'server-error', status: 500, detail: 'MessagingTimeout' });
    world.startCompute(victim);
    world.until('unreadable', () => incidentOf(scene)?.hold?.code === 'nova-unreadable', 60_000);
    world.run(60_000);
    assert.deepEqual(world.nova.reboots, []);
    world.nova.diagnostics.clear();
    world.until('it runs', () => runsThere(scene, 'vm0'), 30_000);
  });

  it('tries a VM that does not start again with growing delay, and shows it', () => {
    const scene = settled(2);
    const { world } = scene;
    world.nova.rebootFails.add('vm1');
    blink(scene);
    world.run(500_000);
    const tries = world.nova.reboots.filter(({ vm }) => vm === 'vm1').map(({ atMs }) => atMs);
    assert.equal(tries.length, 3);
    const [first = 0, second = 0, third = 0] = tries;
    assert.ok(second - first >= 120_000 && third - second >= 240_000, tries.join(' '));
    assert.equal(incidentOf(scene)?.hold?.code, 'restarts-pending');
    assert.equal(vmOf(scene, 'vm1')?.state, 'restarting');
    world.nova.rebootFails.clear();
    world.until('closed', () => isClosed(scene), 600_000);
    assert.equal(world.nova.reboots.filter(({ vm }) => vm === 'vm0').length, 1);
  });

  it('has its VMs evacuated when it dies for good before they run again, on a proof of that death', () => {
    const scene = settled(3);
    const { world, victim } = scene;
    blink(scene, 600_000);
    world.until('it waits', () => incidentOf(scene)?.hold?.code === 'compute-not-back', 30_000);
    const offMs = world.clock.now;
    world.powerOff(victim);
    world.until('held', () => incidentOf(scene)?.hold?.code === 'no-proof', 20_000);
    assert.equal(world.nova.rows.length, 0);
    world.until(
      'elsewhere',
      () => [...world.nova.servers.values()].every(({ host }) => host !== victim),
      60_000,
    );
    assert.ok(world.clock.now - offMs >= 13_000, 'not before a whole report interval of silence');
    assert.equal(world.nova.rows.length, 3);
    assert.deepEqual(world.twice, []);
  });

  it('is carried on by the next master', () => {
    const scene = settled(4);
    const { world } = scene;
    blink(scene);
    world.until('returning', () => incidentOf(scene)?.record.phase === 'returning', 20_000);
    world.killAgent(world.master().name);
    const killedMs = world.clock.now;
    const all = (): boolean => [0, 1, 2, 3].every((n) => runsThere(scene, `vm${n}`));
    world.until('all run', all, 240_000);
    // What the former master asked for last may be carried out until then, and must not hit a guest that runs.
    assert.ok(world.clock.now - killedMs >= world.timing.openRequestMs);
    assert.deepEqual(world.nova.reboots.length, 4);
    assert.ok(world.nova.reboots.every(({ ran }) => !ran));
  });

  for (const [offMs, seed] of [500, 5_000, 9_000].flatMap((ms) =>
    [1, 2, 3, 4, 5, 6].map((n) => [ms, n] as const),
  )) {
    it(`is seen as such by a new master, if it was the former one and off for ${offMs} ms (seed ${seed})`, () => {
      const { world } = settled(0, { seed });
      const checker = new Checker(world);
      const former = world.master().name;
      world.nova.addServer('vm', former);
      world.powerOff(former);
      world.clock.after(offMs, () => bringBack(world, former));
      world.until('runs again', () => world.running.get('vm')?.has(former) === true, 90_000);
      world.until('at rest', () => world.masters()[0]?.core?.master?.incidents.size === 0, 60_000);
      assert.equal(world.nova.rows.length, 0);
      assert.deepEqual(checker.broken, []);
    });
  }

  it('is seen as such by a new master, if it happened while there was none', () => {
    const { world, victim } = settled(1);
    const checker = new Checker(world);
    world.killAgent(world.master().name);
    world.clock.after(6_000, () => world.powerOff(victim));
    world.clock.after(9_000, () => bringBack(world, victim));
    world.run(7_000);
    world.until('runs again', () => world.running.get('vm0')?.has(victim) === true, 90_000);
    world.until('at rest', () => world.masters()[0]?.core?.master?.incidents.size === 0, 60_000);
    assert.equal(world.nova.rows.length, 0);
    assert.deepEqual(checker.broken, []);
  });

  it('is no news to a new master when the former one has seen to it', () => {
    const { world, victim } = settled(1);
    world.powerOff(victim);
    world.clock.after(5_000, () => bringBack(world, victim));
    world.until('runs again', () => world.running.get('vm0')?.has(victim) === true, 90_000);
    world.until('at rest', () => world.verdict(victim) === 'online', 60_000);
    const former = world.master().name;
    world.killAgent(former);
    world.until('another', () => world.masters().some(({ name }) => name !== former), 60_000);
    const begunMs = world.clock.now;
    world.run(60_000);
    const declared = world.journal.filter(({ atMs, event }) => atMs >= begunMs && event === 'declared');
    assert.deepEqual(declared, []);
  });

  it('is no news to a master for whom a volume hangs since before the one that has seen to it', () => {
    const { world } = settled(0, { leaseVolumes: 3 });
    const first = world.master().name;
    const [, third = ''] = [...world.hosts.keys()].filter((name) => name !== first);
    world.nova.addServer('vm', first);
    world.volumes[0]?.hung.add(third);
    world.run(5_000);
    world.powerOff(first);
    world.clock.after(3_000, () => bringBack(world, first));
    world.until('runs again', () => world.running.get('vm')?.has(first) === true, 90_000);
    world.until('at rest', () => world.verdict(first) === 'online', 60_000);
    const second = world.master();
    assert.notEqual(second.name, third);
    for (const name of world.hosts.keys()) if (name !== third && name !== second.name) world.pauseAgent(name);
    const leaving = { why: 'agent-restart', expiresMs: 60_000 } as const;
    world.feed(second, second.agentLife, { kind: 'stop', now: world.clock.now, leaving });
    world.until('the third', () => world.masters()[0]?.name === third, 60_000);
    for (const name of world.hosts.keys()) world.resumeAgent(name);
    const begunMs = world.clock.now;
    world.run(60_000);
    const declared = world.journal.filter(({ atMs, event }) => atMs >= begunMs && event === 'declared');
    assert.deepEqual(declared, []);
  });

  it('is seen as such by a later master, though a failure was declared once in the boot that ended', () => {
    const { world, victim } = settled(1);
    blackout(world, victim);
    world.until('failed', () => world.verdict(victim) === 'failed', 60_000);
    light(world, victim);
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
    const former = world.master().name;
    world.killAgent(former);
    world.clock.after(6_000, () => world.powerOff(victim));
    world.clock.after(9_000, () => bringBack(world, victim));
    world.run(7_000);
    world.until('runs again', () => world.running.get('vm0')?.has(victim) === true, 90_000);
    assert.equal(world.nova.rows.length, 0);
  });

  it('is told to people if it is the only eligible one, and left to another one as soon as that can judge it', () => {
    const { world } = settled(0, { eligible: ['h1', 'h2'] });
    const checker = new Checker(world);
    const former = world.master().name;
    const other = former === 'h1' ? 'h2' : 'h1';
    world.nova.addServer('vm', former);
    world.killAgent(other);
    world.powerOff(former);
    world.run(2_000);
    bringBack(world, former);
    const told = (state: string): boolean =>
      world.reports.some(({ report }) => report.cause === `reboot/${former}` && report.state === state);
    world.until('told', () => told('begin'), 90_000);
    assert.equal(world.master().name, former);
    assert.equal(world.running.get('vm')?.size, 0);
    world.startAgent(other);
    world.until('makes way', () => world.masters()[0]?.name === other, 60_000);
    world.until('runs again', () => world.running.get('vm')?.has(former) === true, 60_000);
    world.until('at rest', () => told('end') && world.verdict(former) === 'online', 60_000);
    world.run(120_000);
    assert.equal(world.journal.filter(({ event }) => event === 'declared').length, 1);
    assert.equal(world.nova.rows.length, 0);
    assert.deepEqual(checker.broken, []);
  });

  it('is not left to an eligible one that has no seat, or was late too often', () => {
    const { world } = settled(0, { eligible: ['h1', 'h2'] });
    const former = world.master().name;
    const other = former === 'h1' ? 'h2' : 'h1';
    const seat = world.host(other).core?.volumes.get('a') ?? assert.fail();
    // All seats are taken.
    seat.seatIndex = null;
    world.powerOff(former);
    world.run(2_000);
    bringBack(world, former);
    world.until('it is master again', () => world.masters().length === 1, 60_000);
    world.until('the other is online', () => world.verdict(other) === 'online', 20_000);
    world.run(30_000);
    assert.equal(world.masters()[0]?.name, former);
    for (let n = 0; n < 3; n += 1) {
      world.pauseAgent(other);
      world.run(2_500);
      world.resumeAgent(other);
      world.run(1_500);
    }
    seat.seatIndex = world.volumes[0]?.index(other) ?? assert.fail();
    world.run(10_000);
    assert.equal(world.masters()[0]?.name, former);
    world.until('makes way', () => world.masters()[0]?.name === other, 120_000);
  });

  it('is seen as such after the whole site was without power, the next master’s own included', () => {
    const { world } = settled(0);
    const checker = new Checker(world);
    const names = [...world.hosts.keys()];
    for (const name of names) world.nova.addServer(`on-${name}`, name);
    for (const name of names) world.powerOff(name);
    world.run(30_000);
    names.forEach((name, n) => world.clock.after(n * 10_000, () => bringBack(world, name)));
    world.run(1_000);
    const isThere = (name: string): boolean => world.running.get(`on-${name}`)?.has(name) === true;
    world.until('all run', () => names.every(isThere), 300_000);
    world.until('at rest', () => world.masters()[0]?.core?.master?.incidents.size === 0, 60_000);
    assert.equal(world.nova.rows.length, 0);
    assert.equal(world.nova.reboots.length, names.length);
    assert.ok(world.nova.reboots.every(({ ran }) => !ran));
    assert.deepEqual(checker.broken, []);
  });

  it('is seen as such after the brake: with three of four at once the third waits, and is not forgotten', () => {
    const scene = settled(1);
    const { world } = scene;
    const others = [...world.hosts.keys()].filter((name) => name !== world.master().name);
    for (const name of others) if (name !== scene.victim) world.nova.addServer(`on-${name}`, name);
    for (const name of others) world.powerOff(name);
    world.run(2_000);
    for (const name of others) {
      world.powerOn(name);
      world.clock.after(4_000, () => world.startCompute(name));
    }
    world.until(
      'all run',
      () => [...world.nova.servers.values()].every(({ vm, host }) => world.running.get(vm)?.has(host)),
      200_000,
    );
    assert.equal(world.nova.rows.length, 0);
    assert.equal(world.nova.reboots.length, 3);
  });
});

void describe('a failed host that comes back before all its VMs were evacuated', () => {
  it('has the rest started in place: those whose disk is local, too', () => {
    const scene = settled(1, { proofs: PROOFS });
    const { world, victim } = scene;
    world.nova.addServer('tpm', victim, {
      flavor: { name: 't', vcpus: 1, memoryMib: 1, diskGib: 1, extraSpecs: { 'hw:tpm_version': '2.0' } },
    });
    world.powerOff(victim);
    world.until('vm0 elsewhere', () => world.nova.servers.get('vm0')?.host !== victim, 60_000);
    assert.equal(vmOf(scene, 'tpm')?.state, 'not-recovered');
    world.powerOn(victim);
    world.until('returning', () => incidentOf(scene)?.record.phase === 'returning', 30_000);
    world.startCompute(victim);
    world.until('closed', () => isClosed(scene), 60_000);
    assert.ok(runsThere(scene, 'tpm'));
    assert.deepEqual(
      world.nova.reboots.map(({ vm }) => vm),
      ['tpm'],
    );
    assert.equal(world.nova.services.get(victim)?.forcedDown, false);
    assert.deepEqual(world.twice, []);
  });
});
