/** Ten defects that different things catch, each given only to the one that is to catch it. */
import type { CatcherName } from './catcher.ts';

export const CI: readonly { readonly name: string; readonly by: CatcherName }[] = [
  { name: 'lease-without-margin', by: 'scenarios' },
  { name: 'holder-outlives-its-lease', by: 'scenarios' },
  { name: 'lease-counted-from-end-of-write', by: 'swarm' },
  { name: 'intents-of-others-not-read', by: 'scenarios' },
  { name: 'posted-again-after-a-time-out', by: 'scenarios' },
  { name: 'unseen-is-lost', by: 'scenarios' },
  { name: 'brake-not-asked-at-proof', by: 'scenarios' },
  { name: 'started-without-a-look-at-the-lease', by: 'scenarios' },
  { name: 'reboot-seen-to-by-a-minority', by: 'scenarios' },
  { name: 'order-of-an-old-term', by: 'tests' },
];
