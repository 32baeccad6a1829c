/** Many silent hosts at once: the fault is more likely in what they are seen through. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settled, slaves } from './settled.ts';

void describe('the brake', () => {
  it('does not take an incident whose host is back for one of the last minute after a change of master', () => {
    const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
    const [returning = ''] = slaves(world);
    world.nova.addServer('bad', returning);
    world.powerOff(returning);
    world.run(2_000);
    world.powerOn(returning);
    world.run(300_000);
    const incident = world.master().core?.master?.incidents.get(returning);
    assert.equal(incident?.record.phase, 'returning', 'its nova-compute is not started');
    const former = world.master().name;
    world.nova.addServer('vm', former);
    world.powerOff(former);
    world.until('evacuated', () => world.nova.servers.get('vm')?.host !== former, 45_000);
  });
});
