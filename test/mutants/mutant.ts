/** A defect that an engineer could have made: one place of the core, changed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Mutant {
  readonly name: string;
  /** What promise is gone with it. */
  readonly why: string;
  /** From the root of the tree. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The defect is that something never ends; of all others that is no way to be caught. */
  readonly hangs?: true;
}

export const ROOT = join(import.meta.dirname, '../..');

/** The file with the defect in it. */
export function mutate({ name, file, find, replace }: Mutant): string {
  const [before, after, ...more] = readFileSync(join(ROOT, file), 'utf8').split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${name}: ${file} does not hold exactly once: ${find}`);
  return before + replace + after;
}
