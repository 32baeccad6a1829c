import { readFileSync, statSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { errno } from './errno.ts';
import { describeKeys, type KeyDescription } from './keys.ts';
import { nearest } from './nearest.ts';
import { exists, keyText, positionOf, type KeyPath, type Position } from './positions.ts';
import { checkRelations } from './relations.ts';
import { configSchema, REQUIRED_SECTIONS, type Config } from './schema.ts';
import { soundValues } from './sound-values.ts';
import { TOO_DEEP, tooDeep } from './yaml-depth.ts';
import {
  ALIASES_MAX,
  TOO_MANY_ALIASES,
  wrongAlias,
  yamlErrorOffset,
  yamlWords,
  type YamlWords,
} from './yaml-errors.ts';

/** Many times what eight volumes and eight webhooks take. */
export const CONFIG_BYTES_MAX = 64 * 1024;

export interface ConfigError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Null where the file as a whole is wrong. */
  readonly key: string | null;
  readonly problem: string;
  readonly right: string;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

export function loadConfig(path: string): Loaded {
  const failed = (problem: string, right: string): Loaded => ({
    ok: false,
    errors: [{ file: path, line: 1, column: 1, key: null, problem, right }],
  });
  let text: string;
  try {
    if (statSync(path).size > CONFIG_BYTES_MAX)
      return failed('is too large', `at most ${CONFIG_BYTES_MAX} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return failed(`cannot be read (${errno(error)})`, 'a readable file');
  }
  return parseConfig(path, text);
}

/** All errors of the file at once; values that depend on each other are compared where each is right by itself. */
export function parseConfig(file: string, text: string): Loaded {
  const lines = new LineCounter();
  const notYamlAt = (position: Position, { problem, right }: YamlWords): Loaded => ({
    ok: false,
    errors: [{ file, ...position, key: null, problem, right }],
  });
  const notYaml = (offset: number, words: YamlWords): Loaded => {
    const { line, col } = lines.linePos(offset);
    return notYamlAt({ line: Math.max(1, line), column: Math.max(1, col) }, words);
  };
  const deep = tooDeep(text);
  if (deep !== null) return notYamlAt(deep, TOO_DEEP);
  // Else it prints its warnings, and quotes the file in them.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  // Only the first: what follows it is mostly its consequence.
  const [broken] = document.errors;
  if (broken !== undefined) return notYaml(yamlErrorOffset(document, broken), yamlWords(broken));
  const alias = wrongAlias(document);
  if (alias !== null) return notYaml(alias.offset, alias.words);
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch {
    return notYaml(0, TOO_MANY_ALIASES);
  }
  const given = withoutEmptySections(values);
  const parsed = configSchema.safeParse(given, { reportInput: true });
  const at = (path: KeyPath, problem: string, right: string): ConfigError => ({
    file,
    ...positionOf(document, lines, path),
    key: path.length === 0 ? null : keyText(path, String),
    problem,
    right,
  });
  const issues = parsed.error?.issues ?? [];
  const relations = checkRelations(soundValues(given));
  if (!parsed.success || relations.length > 0) {
    const errors = [
      ...issues.flatMap((issue) => explainIssue(issue, document, at)),
      ...relations.map(({ path, problem, right }) => at(path, problem, right)),
    ];
    return { ok: false, errors: inOrder(errors) };
  }
  return { ok: true, config: deepFreeze(parsed.data) };
}

/** As a compiler prints it. */
export function formatConfigError(error: ConfigError): string {
  const what = error.key === null ? 'the file' : error.key;
  return `${error.file}:${error.line}:${error.column}: ${what} ${error.problem}; should be ${error.right}`;
}

/** Made once: for a file with a thousand mistakes, too. */
let describedKeys: readonly KeyDescription[] | null = null;

function knownKeys(): readonly KeyDescription[] {
  describedKeys ??= describeKeys(configSchema);
  return describedKeys;
}

type At = (path: KeyPath, problem: string, right: string) => ConfigError;

function explainIssue(issue: z.core.$ZodIssue, document: Document, at: At): readonly ConfigError[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const known = knownKeys();
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => at([...path, name], 'is not a known key', suggestion(path, name)));
  }
  const description =
    known.find(({ key }) => key === schemaKey(path)) ??
    known.find(({ key }) => key === schemaKey(path.slice(0, -1)));
  const right =
    description?.right ??
    (path.length === 0
      ? 'sections, such as "cluster:" with "name: …" below'
      : 'a section with keys of its own');
  if (!exists(document, path)) return [at(path, 'is missing', right)];
  if (issue.input === null) return [at(path, 'is empty', right)];
  // What stands in the place of a section may be meant for a key in it.
  const isSecret = known.some(({ key, secret }) => secret === true && key.startsWith(schemaKey(path)));
  return [at(path, isSecret ? 'is not right (not shown)' : `is ${show(issue.input)}`, right)];
}

/** `volumes[0].name` of a file is `volumes[].name` of the schema. */
function schemaKey(path: KeyPath): string {
  return keyText(path, () => '');
}

function suggestion(path: KeyPath, name: string): string {
  const prefix = schemaKey(path);
  const known = knownKeys().map(({ key }) => key);
  const inside = known.filter((key) => prefix === '' || key.startsWith(`${prefix}.`));
  const siblings = [
    ...new Set(
      inside.map((key) => (prefix === '' ? key : key.slice(prefix.length + 1)).split(/[.[]/)[0] ?? ''),
    ),
  ];
  const near = nearest(name, siblings);
  if (near !== null) return `${prefix === '' ? '' : `${prefix}.`}${near}, if that was meant`;
  const elsewhere = known.find((key) => key.endsWith(`.${name}`));
  if (elsewhere !== undefined) return `${elsewhere}, if that was meant`;
  return `one of ${siblings.join(', ')}`;
}

function show(value: unknown): string {
  const text = textOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'a value that holds itself';
  }
}

/** `network:` with nothing below it reads as null; it means a section with all defaults. */
function withoutEmptySections(root: unknown): unknown {
  const sections = Object.fromEntries(REQUIRED_SECTIONS.map((name) => [name, {}]));
  if (root === null || root === undefined) return sections;
  if (typeof root !== 'object' || Array.isArray(root)) return root;
  const scalars = new Set(['volumes', 'runtime_directory', 'state_directory']);
  const given = Object.entries(root).map(([name, value]) => [
    name,
    value === null && !scalars.has(name) ? {} : value,
  ]);
  return { ...sections, ...Object.fromEntries(given) };
}

function inOrder(errors: readonly ConfigError[]): readonly ConfigError[] {
  return [...errors].sort((a, b) => a.line - b.line || a.column - b.column);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
