/** The three faults, the judgement after each, and the table at the end. */
import { findProblems, type Ledger, openLedger, type Problem, recordMoves } from './ledger.ts';
import type { Milestone } from './milestones.ts';
import type { Stage } from './stage.ts';
import { agentStory } from './story-agent.ts';
import { isolationStory } from './story-isolation.ts';
import { powerStory } from './story-power.ts';
import { seconds } from './tell.ts';
import { DemoFailure } from './wait.ts';

export async function tellStories(stage: Stage): Promise<void> {
  const { nova } = stage;
  let ledger = openLedger(await nova.servers());
  const [first, second, third] = await threeSlaves(stage);

  const power = await powerStory(stage, first);
  ledger = recordMoves(ledger, first, await nova.servers());
  await judge(stage, ledger, `those of ${first} with one evacuation record each, the others untouched`);

  const isolation = await isolationStory(stage, second);
  await judge(stage, ledger, 'the same guests as before, without a gap');

  const agent = await agentStory(stage, third);
  await judge(stage, ledger, 'the same guests as before, without a gap');

  tellTable(stage, [...power, ...isolation, ...agent]);
}

/** The last three in order of name that are not the master: the master's own death is another story. */
async function threeSlaves(stage: Stage): Promise<readonly [string, string, string]> {
  const status = await stage.cluster.status();
  const slaves = stage.hosts.map(({ name }) => name).filter((name) => name !== status?.host);
  const [first, second, third] = slaves.toReversed();
  if (status === null || first === undefined || second === undefined || third === undefined)
    throw new DemoFailure('there is no master');
  return [first, second, third];
}

async function judge(stage: Stage, ledger: Ledger, words: string): Promise<void> {
  const problems = await findProblems(stage, ledger);
  if (problems.length > 0) throw new DemoFailure(listed(problems));
  stage.tell.say(
    `checked with nova and in the guests' files: all ${ledger.hosts.size} VMs run once; ${words}`,
    'good',
  );
}

function listed(problems: readonly Problem[]): string {
  return ['these VMs are not as they must be:', ...problems.map(({ vm, words }) => `  ${vm}: ${words}`)].join(
    '\n',
  );
}

function tellTable({ tell }: Stage, milestones: readonly Milestone[]): void {
  tell.title('Summary');
  const rows = milestones
    .filter(({ stage }) => !stage.endsWith(' back') || stage === 'all VMs back')
    .map(({ story, stage, afterMs }, index, all) => [
      all[index - 1]?.story === story ? '' : story,
      stage,
      seconds(afterMs).padStart(7),
    ]);
  tell.table(['FAULT', 'STAGE', 'SECONDS'], rows);
}
