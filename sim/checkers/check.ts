/** What all checkers share: whom they watch, and where they tell what is broken. */
import type { World } from '../world.ts';
import type { LastLife } from './last-life.ts';
import type { CheckerName } from './names.ts';
import type { Silence } from './silence.ts';
import type { Excuses } from './excuses.ts';
import type { Released } from './released.ts';

export interface Violation {
  readonly checker: CheckerName;
  readonly atMs: number;
  readonly words: string;
  /** Whose last events tell how it came. */
  readonly hosts: readonly string[];
  readonly vm: string | null;
}

export interface Concerned {
  readonly hosts?: readonly (string | null)[];
  readonly vm?: string;
}

export interface Check {
  readonly world: World;
  readonly silence: Silence;
  readonly lastLife: LastLife;
  readonly excuses: Excuses;
  readonly released: Released;
  readonly violate: (words: string, concerned?: Concerned) => void;
}

/** A checker may have something to look at when everything is repaired and at rest. */
export interface Checker {
  readonly atRest?: () => void;
  /** Of a cluster at rest only this host has died since, long ago. */
  readonly oneDead?: (victim: string) => void;
}
