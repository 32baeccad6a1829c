import assert from 'node:assert/strict';
import { it } from 'node:test';
import { act } from './actions/act.ts';
import { parseCommands } from './scenario/parse-commands.ts';
import { settle } from './scenario/settle.ts';

it('a clone writes to no volume and gets no seat, and its host goes on writing', () => {
  const read = parseCommands(['hosts 2', 'until 10'].join('\n'));
  assert.ok(read.ok);
  const settled = settle(read.scenario.cluster);
  assert.ok(settled.ok);
  const { world } = settled;
  const { boot } = world.host('h2');
  act(world, { do: 'clone', how: 'starts', hosts: ['h2'] });
  world.run(30_000);
  for (const volume of world.volumes) assert.equal(volume.slotOf.get('h2')?.header.boot, boot);
  const clone = world.clones.get('h2');
  assert.ok(clone?.core);
  assert.notEqual(clone.boot, boot);
  assert.ok([...clone.core.volumes.values()].every(({ seatIndex }) => seatIndex === null));
  act(world, { do: 'clone', how: 'ends', hosts: ['h2'] });
  assert.equal(clone.core, null);
});
