/** The same without a defect, looked at only where one seems to be caught: what differs by itself tells nothing. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundleProgram, bundleTests } from './bundle.ts';
import type { CatcherName, Outcome, Search } from './catcher.ts';
import { searchScenarios } from './scenarios.ts';
import { searchSwarm } from './swarm.ts';
import { searchTests } from './unit-tests.ts';

export class Baseline {
  /** What was left out. */
  readonly known = new Set<string>();
  private readonly looked = new Map<string, Promise<boolean>>();
  private readonly folder: string;
  private program: Promise<string> | null = null;
  private tests: Promise<string> | null = null;

  constructor(folder: string) {
    this.folder = join(folder, 'baseline');
    mkdirSync(this.folder);
  }

  /** Does this scenario, seed or test fail without a defect, too? */
  fails(by: CatcherName, where: string): Promise<boolean> {
    const key = `${by}: ${where}`;
    const asked = this.looked.get(key) ?? this.look(by, where);
    this.looked.set(key, asked);
    void asked.then((fails) => fails && this.known.add(key));
    return asked;
  }

  private async look(by: CatcherName, where: string): Promise<boolean> {
    const { catches, hung } = await this.search(by, where);
    return catches.length > 0 || hung !== null;
  }

  private async search(by: CatcherName, where: string): Promise<Outcome> {
    const search = (bundle: string): Search => ({ bundle, isKnown: () => Promise.resolve(false), all: true });
    if (by === 'tests') {
      this.tests ??= bundleTests(null, this.folder);
      return searchTests(search(await this.tests), where);
    }
    this.program ??= bundleProgram(null, this.folder);
    const seed = Number(where);
    return by === 'scenarios'
      ? searchScenarios(search(await this.program), [where])
      : searchSwarm(search(await this.program), { first: seed, last: seed });
  }
}
