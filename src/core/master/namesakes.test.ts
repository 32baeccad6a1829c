import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESS, slotBody, view } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteHeartbeat } from '../evidence/note.ts';
import { NO_NONCE } from '../evidence/network-path.ts';
import type { Core } from '../state.ts';
import type { View } from '../wire/records.ts';
import { judgeHosts } from './judge.ts';
import { createMastership } from './mastership.ts';

/** One of two agents h2; each takes the nonce from every echo it gets. */
function agent(name: string, boot: string, sees: View) {
  let nonce: string = NO_NONCE;
  let counter = 0;
  return (core: Core): void => {
    counter += 1;
    const { address, eligible, role, leaving, timing } = slotBody('h2', { address: ADDRESS });
    const noted = noteHeartbeat(core, {
      kind: 'heartbeat',
      cluster: core.settings.clusterHash,
      host: 'h2',
      boot,
      agent: name,
      counter,
      term: 1,
      nonce,
      echoedCounter: 0,
      leaving: false,
      body: { view: sees, address, eligible, role, leaving, timing },
    });
    nonce = noted?.nonce ?? nonce;
  };
}

for (const boots of [
  ['boot-1', 'boot-1'],
  ['boot-1', 'boot-2'],
] as const)
  void test(`two agents of one name (${boots.join()}): never online, told once at most, and no incident`, () => {
    together(boots[0], boots[1]);
  });

function together(boot: string, otherBoot: string): void {
  const core = connectedCore();
  const master = createMastership(1, core.now, true);
  core.master = master;
  const [first, second] = [agent('a', boot, view()), agent('b', otherBoot, view({ volumes: [] }))];
  const verdicts = new Set<string>();
  const round = (...speak: readonly ((core: Core) => void)[]): void => {
    for (const one of speak) one(core);
    core.now += 1_000;
    judgeHosts(core, master);
    verdicts.add(master.judgements.get('h2')?.verdict ?? '');
  };
  round(first, second);
  round(first, second);
  verdicts.clear();
  // In turn, and one of them now and then more often, so that its answers to challenges get through.
  for (let n = 0; n < 120; n += 1) round(...(n % 5 === 0 ? [first, first] : [first, second]));
  assert.ok(!verdicts.has('online') && !verdicts.has('failed'), [...verdicts].join());
  const told = core.outbox.flatMap((effect) =>
    effect.do === 'report' ? [`${effect.report.state} ${effect.report.title}`] : [],
  );
  assert.deepEqual(
    told.filter((title) => !title.includes('two agents speak in its name')),
    [],
  );
  assert.ok(told.length <= 1, told.join());
  assert.equal(master.incidents.size, 0);
  for (let n = 0; n < 62; n += 1) round(first);
  assert.equal(master.judgements.get('h2')?.facts.namesakes, false, 'the one that is left speaks for itself');
}
