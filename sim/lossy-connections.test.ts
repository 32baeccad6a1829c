import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Result } from '../src/core/input.ts';
import { carryOut } from './carry-out.ts';
import { DEFAULT_SETTINGS, defaultHosts } from './cluster.ts';
import type { SimHost } from './host.ts';
import { World } from './world.ts';

const PROBES = 200;
const DEADLINE_MS = 2_000;

interface Answered {
  readonly atMs: number;
  readonly result: Result;
}

/** What comes of so many probes of h2 by h1, one after the other. */
function probesWith(
  trouble: Partial<Pick<World['network'], 'lossPercent' | 'delayMsMax'>>,
): readonly Answered[] {
  const world = new World({
    hosts: defaultHosts(2),
    leaseVolumes: 1,
    settings: DEFAULT_SETTINGS,
    servers: [],
    groups: [],
    cold: false,
  });
  Object.assign(world.network, trouble);
  const [from, to] = [world.host('h1'), world.host('h2')];
  const answers: Answered[] = [];
  const reply = world.reply.bind(world);
  world.reply = (host: SimHost, life, id, afterMs, result) => {
    if (id < 0) answers.push({ atMs: afterMs, result });
    else reply(host, life, id, afterMs, result);
  };
  const target = { host: to.name, ip: to.ip, apiPort: 2 };
  for (let n = 0; n < PROBES; n += 1)
    carryOut(world, from, from.agentLife, {
      do: 'probe',
      id: -1,
      untilMs: Infinity,
      target,
      deadlineMs: DEADLINE_MS,
    });
  return answers;
}

const answersOf = (answered: readonly Answered[]): ReadonlySet<string | null> =>
  new Set(answered.map(({ result }) => (result.of === 'probe' ? result.answer : null)));

describe('connections', () => {
  it('are made at once where nothing is lost or late', () => {
    const answered = probesWith({});
    assert.deepEqual([...answersOf(answered)], ['agent']);
    assert.ok(answered.every(({ atMs }) => atMs < 50));
  });

  it('take longer where packets are lost, and some longer than a probe waits', () => {
    const answered = probesWith({ lossPercent: 50 });
    assert.deepEqual(answersOf(answered), new Set(['agent', 'kernel', 'none']));
    assert.ok(answered.some(({ atMs }) => atMs > 1_000 && atMs < DEADLINE_MS));
    assert.ok(answered.every(({ atMs }) => atMs <= DEADLINE_MS));
  });

  it('lose nothing where packets are only late', () => {
    const answered = probesWith({ delayMsMax: 200 });
    assert.deepEqual([...answersOf(answered)], ['agent']);
    assert.ok(answered.some(({ atMs }) => atMs > 300));
  });
});
