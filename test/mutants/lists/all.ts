/** All defects. */
import type { Mutant } from '../mutant.ts';
import { BLIND } from './blind.ts';
import { COPIES } from './copies.ts';
import { INCIDENTS } from './incidents.ts';
import { LEASE } from './lease.ts';
import { LIFE_SIGNS } from './life-signs.ts';
import { MOVED } from './moved.ts';
import { ONCE } from './once.ts';
import { ORDERED_HOSTS } from './ordered.ts';
import { ORDERS } from './orders.ts';
import { PATHS } from './paths.ts';
import { PLACEMENT } from './placement.ts';
import { REPORTS } from './reports.ts';
import { RETURNS } from './returns.ts';
import { VERDICTS } from './verdicts.ts';

export const MUTANTS: readonly Mutant[] = [
  ...LEASE,
  ...ORDERS,
  ...ONCE,
  ...ORDERED_HOSTS,
  ...PATHS,
  ...VERDICTS,
  ...INCIDENTS,
  ...LIFE_SIGNS,
  ...COPIES,
  ...RETURNS,
  ...MOVED,
  ...PLACEMENT,
  ...REPORTS,
  ...BLIND,
];
