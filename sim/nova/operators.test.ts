import assert from 'node:assert/strict';
import { it } from 'node:test';
import { act } from '../actions/act.ts';
import { parseCommands } from '../scenario/parse-commands.ts';
import { settle } from '../scenario/settle.ts';
import type { World } from '../world.ts';

const VM = 'vm1';

function settledWorld(): World {
  const read = parseCommands(['hosts 2', `vm ${VM} on h1`, 'until 10'].join('\n'));
  assert.ok(read.ok);
  const settled = settle(read.scenario.cluster);
  assert.ok(settled.ok);
  return settled.world;
}

void it('stops a VM that runs, and starts one that is stopped', () => {
  const world = settledWorld();
  const runs = (): boolean => world.guests.runs(VM, 'h1');
  act(world, { do: 'start-vm', vm: VM });
  assert.equal(world.nova.state.servers.get(VM)?.taskState, null, 'it runs already');
  act(world, { do: 'stop-vm', vm: VM });
  world.run(5_000);
  assert.equal(runs(), false);
  act(world, { do: 'start-vm', vm: VM });
  world.run(5_000);
  assert.equal(runs(), true);
});

void it('is refused while nova is at something else', () => {
  for (const what of ['stop-vm', 'start-vm'] as const) {
    const world = settledWorld();
    const server = world.nova.state.servers.get(VM);
    assert.ok(server);
    server.taskState = 'rebuild_spawning';
    act(world, { do: what, vm: VM });
    assert.equal(server.taskState, 'rebuild_spawning', what);
  }
});

void it('deletes the service of a host only when nothing is on it, and its nova-compute then starts no more', () => {
  const world = settledWorld();
  const answers: boolean[] = [];
  world.events.listen((event) => {
    if (event.event === 'answered' && event.what === 'delete-service') answers.push(event.ok);
  });
  act(world, { do: 'delete-service', host: 'h1' });
  act(world, { do: 'delete-vm', vm: VM });
  act(world, { do: 'delete-service', host: 'h1' });
  assert.deepEqual(answers, [false, true]);
  act(world, { do: 'start', what: 'nova-compute', hosts: ['h1'] });
  world.run(30_000);
  assert.equal(world.host('h1').compute, false);
});
