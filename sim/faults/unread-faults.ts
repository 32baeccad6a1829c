/** A host dies, and of what its recovery rests on one thing cannot be read, for a while. */
import { between, type DrawFault, lengthMs, pick } from './fault.ts';

const READS = [
  'list-services',
  'list-servers',
  'list-host-migrations',
  'list-migrations',
  'list-capacity',
  'list-groups',
  'get-server',
  'guest-state',
] as const;

/** Half of them come back soon: what is asked of their guests cannot be read then. */
const unreadInRecovery: DrawFault = ({ random, homes, hosts }) => {
  const victim = pick(random, homes.length === 0 ? hosts : homes);
  const fromMs = between(random, 0, 25_000);
  const refusal = { do: 'nova-refuses', call: pick(random, READS) } as const;
  const backMs = pick(random, [between(random, 3_000, 20_000), lengthMs(random, 60_000, 300_000)]);
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [victim] } },
    { afterMs: fromMs, action: refusal },
    { afterMs: fromMs + lengthMs(random, 10_000, 120_000), action: { do: 'nova', how: 'answers' } },
    { afterMs: backMs, action: { do: 'power-on', hosts: [victim] } },
  ];
};

export const UNREAD_FAULTS = { 'unread-in-recovery': unreadInRecovery } as const;
