/** The contract, run against the embedded cloud. */
import { after, before, test } from 'node:test';
import { type EmbeddedTarget, startEmbeddedTarget } from './embedded-target.ts';
import { contractCases, runContractCase } from './suite.ts';

let target: EmbeddedTarget;
before(async () => {
  target = await startEmbeddedTarget();
});
after(() => target.close());

for (const one of contractCases) {
  void test(one.name, async () => {
    const result = await runContractCase(target, one);
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'impossible') throw new Error('the embedded cloud can be made to do everything');
  });
}
