/** Every kind of fault that random runs are made of. */
import type { DrawFault } from './fault.ts';
import { HOST_FAULTS } from './host-faults.ts';
import { LATE_RECORDS } from './late-records.ts';
import { LATE_WRITES } from './late-writes.ts';
import { MOMENT_FAULTS } from './moment-faults.ts';
import { NOVA_FAULTS } from './nova-faults.ts';
import { ORDER_FAULTS } from './order-faults.ts';
import { PATH_FAULTS } from './path-faults.ts';
import { PEOPLE } from './people.ts';
import { TORN_WRITES } from './torn-writes.ts';
import { UNREAD_FAULTS } from './unread-faults.ts';

const ALL = {
  ...HOST_FAULTS,
  ...PATH_FAULTS,
  ...NOVA_FAULTS,
  ...MOMENT_FAULTS,
  ...LATE_WRITES,
  ...LATE_RECORDS,
  ...TORN_WRITES,
  ...ORDER_FAULTS,
  ...UNREAD_FAULTS,
  ...PEOPLE,
} as const;

export type FaultKind = keyof typeof ALL;

export const FAULTS: Readonly<Record<FaultKind, DrawFault>> = ALL;

const isKind = (name: string): name is FaultKind => Object.hasOwn(ALL, name);
export const FAULT_KINDS: readonly FaultKind[] = Object.keys(ALL).filter(isKind);
