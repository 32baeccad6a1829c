/** The two files of a scenario's folder; or why there are none, in one line. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export type ScenarioFiles =
  | { readonly ok: true; readonly commands: string; readonly expected: string }
  | { readonly ok: false; readonly words: string };

const NAMES = ['commands.txt', 'expected.txt'] as const;

export function readScenario(folder: string): ScenarioFiles {
  const isThere = statSync(folder, { throwIfNoEntry: false });
  if (isThere === undefined) return refused(`there is no folder ${folder}`);
  if (!isThere.isDirectory())
    return refused(
      NAMES.some((name) => name === basename(folder))
        ? `${folder} is a file: name the folder that it is in`
        : `${folder} is no folder with ${NAMES.join(' and ')}`,
    );
  const texts: string[] = [];
  for (const name of NAMES) {
    const path = join(folder, name);
    try {
      texts.push(readFileSync(path, 'utf8'));
    } catch (error) {
      return refused(`${path}: ${reasonOf(error)}`);
    }
  }
  const [commands = '', expected = ''] = texts;
  return { ok: true, commands, expected };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, and should be a file',
  ENOTDIR: 'a part of that path is a file, and should be a folder',
  EACCES: 'it may not be opened',
};

/** In words, without a stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return REASONS['code' in error ? String(error.code) : ''] ?? error.message;
}

const refused = (words: string): ScenarioFiles => ({ ok: false, words });
