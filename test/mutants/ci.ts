/** Ten defects that different things catch, each given only to what is to catch it. */
import type { CatcherName } from './catcher.ts';

export interface ForCi {
  readonly name: string;
  readonly by: CatcherName;
  /** Of scenarios: the one that is played, by how its name begins. */
  readonly scenario?: string;
}

export const CI: readonly ForCi[] = [
  { name: 'lease-without-margin', by: 'scenarios', scenario: 'c-04' },
  { name: 'holder-outlives-its-lease', by: 'scenarios', scenario: 'c-04' },
  { name: 'lease-counted-from-end-of-write', by: 'swarm' },
  { name: 'release-of-another-beat-is-free', by: 'scenarios', scenario: 'z-74' },
  { name: 'spent-intents-block-open-ones-do-not', by: 'scenarios', scenario: 'z-31' },
  { name: 'posted-again-after-a-time-out', by: 'scenarios', scenario: 'z-32' },
  { name: 'unseen-is-lost', by: 'scenarios', scenario: 'o-06-blocks' },
  { name: 'brake-not-asked-at-proof', by: 'scenarios', scenario: 'z-60' },
  { name: 'started-without-a-look-at-the-lease', by: 'scenarios', scenario: 'z-62' },
  { name: 'order-of-an-old-term', by: 'tests' },
];
