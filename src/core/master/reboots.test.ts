import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp } from '../../../test/world/planning.ts';
import { evidenceOf } from '../evidence/note.ts';
import { factsOf } from './judge.ts';
import { rebootedFrom } from './reboots.ts';

void test('a host that two machines pretend to be has not rebooted: one of them has fallen silent', () => {
  const { core, master } = setUp();
  const evidence = evidenceOf(core, 'h7') ?? assert.fail();
  evidence.boot = 'boot-of-the-clone';
  const facts = factsOf(core, evidence);
  const before = { verdict: 'online', row: 7, words: '', facts, sinceMs: 0, boot: 'its-own-boot' } as const;
  const judgement = { ...before, lostRounds: 0, everFresh: true };
  assert.equal(rebootedFrom(master, evidence, facts, judgement), 'its-own-boot');
  assert.equal(rebootedFrom(master, evidence, { ...facts, namesakes: true }, judgement), null);
});
