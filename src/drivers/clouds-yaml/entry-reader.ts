/** Reads the keys of one entry and collects what is wrong with them, so that an operator sees all of it at once. */
import type { AccessProblem } from './cloud-access.ts';
import type { YamlSource } from './yaml-source.ts';

export interface EntryReader {
  readonly problems: readonly AccessProblem[];
  /** Null when absent or not a text; the latter is noted as a problem. */
  text(key: string): string | null;
  required(key: string, remedy: string): string | null;
  boolean(key: string): boolean | null;
  url(key: string): string | null;
  wrong(key: string, problem: string, remedy: string): void;
}

export function entryReader(source: YamlSource, entry: readonly string[]): EntryReader {
  const problems: AccessProblem[] = [];
  const pathOf = (key: string): readonly string[] => [...entry, ...key.split('.')];
  const wrong = (key: string, problem: string, remedy: string): void => {
    const full = pathOf(key).join('.');
    if (problems.some((known) => known.key === full)) return;
    const found = source.lookup(pathOf(key));
    const place = found.kind === 'absent' ? { file: source.file, line: source.lineOf(pathOf(key)) } : found;
    problems.push({ file: place.file, line: place.line, key: full, problem, remedy });
  };
  const text = (key: string): string | null => {
    const found = source.lookup(pathOf(key));
    if (found.kind === 'text') return found.text;
    if (found.kind !== 'absent') wrong(key, 'it is not a text', 'write a text, in quotes if need be');
    return null;
  };
  return {
    problems,
    text,
    wrong,
    required(key, remedy) {
      const found = text(key);
      if (found === null || found === '') wrong(key, 'it is missing', remedy);
      return found === '' ? null : found;
    },
    boolean(key) {
      const found = source.lookup(pathOf(key));
      if (found.kind === 'boolean') return found.value;
      const word = found.kind === 'text' ? found.text.toLowerCase() : '';
      if (word === 'true' || word === 'false') return word === 'true';
      if (found.kind !== 'absent') wrong(key, 'it is not a yes or no', 'write true or false');
      return null;
    },
    url(key) {
      const found = text(key);
      if (found === null) return null;
      if (URL.canParse(found)) return found.replace(/\/+$/, '');
      wrong(key, 'it is not an address', 'write an http or https address');
      return null;
    },
  };
}
