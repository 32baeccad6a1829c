/** A YAML file with the line of each key, and another one laid over it (secure.yaml over clouds.yaml). */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { TOO_DEEP, tooDeep } from '../../config/yaml-depth.ts';
import { yamlErrorOffset, yamlWords, type YamlWords } from '../../config/yaml-errors.ts';

/** A clouds.yaml is a few hundred lines; anything larger is another file. */
const FILE_BYTES_MAX = 256 * 1024;

export type Lookup =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string; readonly file: string; readonly line: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly file: string; readonly line: number }
  | { readonly kind: 'other'; readonly file: string; readonly line: number };

export interface YamlSource {
  readonly file: string;
  lookup(path: readonly string[]): Lookup;
  keysOf(path: readonly string[]): readonly string[];
  /** The line of the deepest part of the path that exists. */
  lineOf(path: readonly string[]): number | null;
}

export type YamlReading =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly line: number | null; readonly problem: string };

export function readYaml(file: string): YamlReading {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    return { ok: false, line: null, problem: `it cannot be read (${code})` };
  }
  if (text.length > FILE_BYTES_MAX) {
    return { ok: false, line: null, problem: `it is longer than ${FILE_BYTES_MAX} bytes` };
  }
  const deep = tooDeep(text);
  if (deep !== null) return notYaml(deep.line, TOO_DEEP);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0];
  if (error !== undefined) {
    // The parser's own message may quote the line, and the line may hold a password.
    const { line } = lines.linePos(yamlErrorOffset(document, error));
    return notYaml(line, yamlWords(error));
  }
  return { ok: true, source: sourceOf(file, document, lines) };
}

function notYaml(line: number, { problem, right }: YamlWords): YamlReading {
  return { ok: false, line, problem: `it is not YAML: it ${problem}, where should be ${right}` };
}

function sourceOf(file: string, document: Document, lines: LineCounter): YamlSource {
  const lineAt = (node: unknown): number => {
    const range =
      typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
        ? node.range
        : [0];
    return lines.linePos(Number(range[0])).line;
  };
  return {
    file,
    lookup(path) {
      const node = document.getIn(path, true);
      if (node === undefined || node === null) return { kind: 'absent' };
      const line = lineAt(node);
      if (!isScalar(node)) return { kind: 'other', file, line };
      if (typeof node.value === 'boolean') return { kind: 'boolean', value: node.value, file, line };
      if (typeof node.value === 'string') return { kind: 'text', text: node.value, file, line };
      // An unquoted number, such as a password of digits, counts as it is written.
      if (typeof node.value === 'number') {
        return { kind: 'text', text: node.source ?? String(node.value), file, line };
      }
      return node.value === null ? { kind: 'absent' } : { kind: 'other', file, line };
    },
    keysOf(path) {
      const node = path.length === 0 ? document.contents : document.getIn(path, true);
      return isMap(node)
        ? node.items.map((item) => String(isScalar(item.key) ? item.key.value : item.key))
        : [];
    },
    lineOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
        if (!isMap(parent)) continue;
        const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === path[length - 1]);
        if (pair !== undefined) return lineAt(pair.key);
      }
      return null;
    },
  };
}

/** Reads the upper source first, key by key. */
export function layered(upper: YamlSource, lower: YamlSource): YamlSource {
  return {
    file: lower.file,
    lookup(path) {
      const found = upper.lookup(path);
      return found.kind === 'absent' ? lower.lookup(path) : found;
    },
    keysOf: (path) => [...new Set([...lower.keysOf(path), ...upper.keysOf(path)])],
    lineOf: (path) => lower.lineOf(path),
  };
}
