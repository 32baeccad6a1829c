/** What people are told of why an incident waits. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { holdOf, isClosed } from './incidents.ts';
import { blackout, light, settledWithVms } from './settled.ts';

it('tells the reason that holds by now, also where that alone would be no news yet', () => {
  const { world, victim } = settledWithVms(1);
  const told = () =>
    world.reports
      .filter(({ report }) => report.cause === `incident/${victim}/held`)
      .map(({ report: { state, title, rule } }) => ({ state, title, rule }));
  world.nova.faults.up = false;
  world.powerOff(victim);
  world.until('held', () => holdOf(world, victim) === 'nova-unreadable', 60_000);
  world.nova.faults.up = true;
  world.until('it waits for the proof', () => holdOf(world, victim) === 'no-proof', 30_000);
  const [first, second, ...more] = told();
  assert.deepEqual([first?.state, second?.state, more], ['begin', 'update', []]);
  assert.match(first?.title ?? '', /nova-unreadable/);
  assert.match(second?.title ?? '', /no-proof/);
  assert.match(second?.rule ?? '', /no accepted proof/);
  world.until('goes on', () => told().at(-1)?.state === 'end', 60_000);
});

it('tells the reason that holds by now, where a former master has told another one', () => {
  const { world, victim } = settledWithVms(1, { hosts: 5 });
  const last = () =>
    world.reports.findLast(({ report }) => report.cause === `incident/${victim}/held`)?.report.title ?? '';
  blackout(world, victim);
  world.until('built elsewhere', () => world.servers.get('vm0')?.host !== victim, 60_000);
  world.nova.faults.up = false;
  world.until('held', () => last().includes('nova-unreadable'), 120_000);
  const former = world.master().name;
  world.killAgent(former);
  light(world, victim);
  world.until('a successor', () => world.masters().some(({ name }) => name !== former), 60_000);
  world.until('told', () => last().includes('life-after-failed'), 30_000);
});

it('does not tell of what passes by itself', () => {
  const { world, victim } = settledWithVms(1);
  world.powerOff(victim);
  world.run(2_000);
  world.powerOn(victim);
  world.until('it waits for nova-compute', () => holdOf(world, victim) === 'compute-not-back', 30_000);
  world.startCompute(victim);
  world.until('closed', () => isClosed(world, victim), 60_000);
  assert.equal(
    world.reports.some(({ report }) => report.cause === `incident/${victim}/held`),
    false,
  );
});

it('stands in the cells for as long as it holds, for people and the start gate', () => {
  const { world, victim } = settledWithVms(1, { proofs: [] });
  const written = () =>
    world.volumes
      .flatMap(({ cells }) => cells)
      .flatMap((cell) => (cell.state === 'read' && cell.body.victim === victim ? [cell.body] : []))
      .sort((one, other) => other.sequence - one.sequence)[0]?.hold;
  world.powerOff(victim);
  world.until('held for so long that it is news', () => written() === 'no-proof', 120_000);
  world.ask(world.master().name, { ask: 'confirm-dead', host: victim, by: 'ann' }, () => {});
  world.until('released', () => written() === null, 30_000);
});
