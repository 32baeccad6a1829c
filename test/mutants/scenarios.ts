/** Plays the scenarios until one differs that does not differ by itself. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKERS } from '../../sim/checkers/names.ts';
import type { Catch, Outcome, Search } from './catcher.ts';
import { watchChild } from './child.ts';
import { ROOT } from './mutant.ts';

const FOLDER = 'sim/scenarios';
/** Of one scenario; all take less than three seconds. */
const SCENARIO_MS_MAX = 120_000;

export const allScenarios = (): readonly string[] => readdirSync(join(ROOT, FOLDER)).sort();

export async function searchScenarios(
  { bundle, isKnown, all }: Search,
  names: readonly string[],
): Promise<Outcome> {
  const catches: Catch[] = [];
  let left = names;
  while (left.length > 0) {
    const { differs, hung, played } = await playUntilOneDiffers(bundle, left);
    if (hung) return { catches, hung: `scenario ${left[played] ?? ''}` };
    if (differs === null) break;
    left = left.slice(left.indexOf(differs.where) + 1);
    if (await isKnown(differs.where)) continue;
    catches.push(differs);
    if (!all) break;
  }
  return { catches, hung: null };
}

async function playUntilOneDiffers(
  bundle: string,
  names: readonly string[],
): Promise<{ readonly differs: Catch | null; readonly hung: boolean; readonly played: number }> {
  let differs: string | null = null;
  let played = 0;
  const words: string[] = [];
  const folders = names.map((name) => join(FOLDER, name));
  const ending = await watchChild([bundle, 'sim', 'scenario', ...folders], SCENARIO_MS_MAX, (line) => {
    const [, outcome, name] = /^(ok|differs|pending) +([^ :]+)/.exec(line) ?? [];
    // What differs is told after the name, and ends with the next one.
    if (differs !== null && /^\S/.test(line)) return false;
    if (differs !== null) words.push(line.trim());
    if (outcome !== undefined) played += 1;
    if (outcome === 'differs') differs = name ?? '';
    return true;
  });
  const found: string | null = differs;
  if (found !== null) return { differs: { where: found, how: howFound(words) }, hung: false, played };
  if (ending.ended === 'silent') return { differs: null, hung: true, played };
  if (ending.ended === 'by-itself' && ending.code !== 0 && played < names.length)
    return { differs: { where: names[played] ?? '', how: 'breaks off' }, hung: false, played };
  return { differs: null, hung: false, played };
}

function howFound(words: readonly string[]): string {
  return (
    CHECKERS.find((checker) => words.some((line) => line.startsWith(`${checker}, at `))) ?? 'expectation'
  );
}
