/** The pages tell the truth: what exists in the code has its words there, and what they point to is there. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createMetrics } from '../src/api/metrics.ts';
import { createProgram } from '../src/cli/program.ts';
import { explainConfig } from '../src/config/explain.ts';
import { MUTANTS } from './mutants/lists/all.ts';
import { VERDICTS } from '../src/core/verdict/verdict.ts';

const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const pages = [
  join(ROOT, 'README.md'),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(ROOT, 'docs', name)),
].map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const operations = textOf('docs/operations.md');
const allText = pages.map(({ text }) => text).join('\n');

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Those that stand nowhere between backticks as a whole. */
function missing(names: readonly string[], text: string): readonly string[] {
  assert.ok(names.length > 0, 'nothing was found in the code: has it moved?');
  return names.filter((name) => !text.includes(`\`${name}\``));
}

/** What stands between quotes, from one line of a file to the next that matches. */
function quoted(path: string, from: RegExp, to: RegExp): readonly string[] {
  const lines = textOf(path).split('\n');
  const first = lines.findIndex((line) => from.test(line));
  assert.notEqual(first, -1, `${path} has no line like ${from}`);
  const length = lines.slice(first + 1).findIndex((line) => to.test(line));
  const part = lines.slice(first, first + 1 + length + 1).join('\n');
  return [...part.matchAll(/'([a-z][a-z0-9-]+)'/g)].map(([, name = '']) => name);
}

void test('every hold has its line', () => {
  const path = 'src/core/recovery/holds.ts';
  const table = /const RELEASES = \{([\s\S]*?)\n\}/.exec(textOf(path))?.[1] ?? '';
  const codes = [...table.matchAll(/^ {2}'?([a-z][a-z-]*)'?:/gm)].map(([, code = '']) => code);
  assert.deepEqual(missing(codes, operations), []);
});

void test('every refusal has its line', () => {
  const orders = quoted('src/core/recovery/orders.ts', /export type RefusalCode/, /;$/);
  assert.deepEqual(missing(orders, operations), []);
  const api = quoted('src/api/handler.ts', /export type ApiRefusal/, /;$/);
  assert.deepEqual(missing(api, operations), []);
  const datagrams = quoted('src/core/wire/datagram.ts', /export type DatagramFault/, /;$/);
  assert.deepEqual(missing(datagrams, textOf('docs/protocol.md')), []);
});

void test('every verdict is explained', () => {
  assert.deepEqual(missing(VERDICTS, operations), []);
  assert.deepEqual(missing(VERDICTS, textOf('docs/glossary.md')), []);
});

void test('every key of the configuration is mentioned', () => {
  const keys = explainConfig().map(({ key }) => key);
  assert.deepEqual(missing(keys, operations), []);
});

void test('every command is mentioned', async () => {
  const names = (command: Command, prefix: string): readonly string[] =>
    command.commands.flatMap((child) => {
      const name = `${prefix} ${child.name()}`;
      if (name === 'vigil check-volume' || name === 'vigil sim-worker') return [];
      return child.commands.length === 0 ? [name] : names(child, name);
    });
  assert.deepEqual(missing(names(await createProgram(undefined), 'vigil'), operations), []);
});

void test('the figures of scenarios and planted defects are those of today', () => {
  const folders = readdirSync(join(ROOT, 'sim/scenarios'));
  const isPending = (name: string): boolean =>
    /^pending /m.test(textOf(`sim/scenarios/${name}/commands.txt`));
  const pending = folders.filter(isPending).length;
  const safety = textOf('docs/safety.md');
  const words = `${folders.length}: ${folders.length - pending} played, all as expected; ${pending} wait for features`;
  assert.ok(safety.includes(words), `docs/safety.md should say: ${words}`);
  assert.ok(safety.includes(`| ${MUTANTS.length}; as each`), `there are ${MUTANTS.length} planted defects`);
});

/** Command lines in backticks, in blocks for a shell and in units, cut where something else of the shell begins. */
function commandLines(text: string): readonly string[] {
  const inline = [...text.matchAll(/`(vigil [^`]+)`/g)].map(([, line = '']) => line);
  const blocks = [...text.matchAll(/^(?:ExecStart\w*=\S+\/)?(vigil .+)$/gm)].map(([, line = '']) => line);
  return (
    [...inline, ...blocks]
      // The labels of keys and payloads look alike, but for their version.
      .filter((line) => !/ v\d+$/.test(line))
      .map((line) => line.replaceAll(/\s+/g, ' ').replace(/ (\||&&|#).*$/, ''))
  );
}

/** Null: it is right, or only names a command. */
function wrongUse(program: Command, line: string): string | null {
  let command = program;
  const words = line.split(' ').slice(1);
  for (let child; (child = command.commands.find((one) => one.name() === words[0])); words.shift())
    command = child;
  if (words.length === 0 || words.includes('…')) return null;
  if (command.commands.length > 0) return `${line}: ${words[0]} is no command`;
  const missing = command.options.find(({ mandatory, long }) => mandatory && !words.includes(long ?? ''));
  if (missing !== undefined) return `${line}: without ${missing.long}`;
  const known = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  const unknown = words.find((word) => word.startsWith('-') && !known.has(word));
  return unknown === undefined ? null : `${line}: ${unknown} is unknown`;
}

void test('every command line can be typed as it stands', async () => {
  const program = await createProgram(undefined);
  const lines = pages.flatMap(({ text }) => commandLines(text));
  assert.ok(lines.length > 20, 'few command lines were found');
  assert.deepEqual(
    lines.map((line) => wrongUse(program, line)).filter((wrong) => wrong !== null),
    [],
  );
});

void test('every metric is explained', async () => {
  const ownText = await createMetrics().text();
  const counters = [...ownText.matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name);
  const gauges = [...textOf('src/agent/gauges.ts').matchAll(/gauge\(\s*'([a-z_]+)'/g)];
  const byVerdict = VERDICTS.map((verdict) => `vigil_hosts_${verdict.replace('-', '_')}`);
  const all = [...counters, ...gauges.map(([, name = '']) => `vigil_${name}`), ...byVerdict];
  assert.deepEqual(missing(all, operations), []);
});

void test('every event of the journal is explained', () => {
  const events = ['src/core', 'src/agent', 'src/drivers'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .flatMap((name) => [
        ...textOf(join(folder, name)).matchAll(
          /(?:do: 'journal',\s*event: |journal\.write\(|\bwrite\()'([a-z-]+)'/g,
        ),
      ])
      .map(([, event = '']) => event),
  );
  assert.deepEqual(missing([...new Set(events)], operations), []);
});

void test('every package has its reason', () => {
  const described: unknown = JSON.parse(textOf('package.json'));
  assert.ok(typeof described === 'object' && described !== null);
  const names = ['dependencies', 'devDependencies'].flatMap((kind) =>
    Object.keys(Object(Reflect.get(described, kind))),
  );
  const page = textOf('docs/dependencies.md');
  assert.deepEqual(missing(names, page), []);
  const told = [...page.matchAll(/^\| `([^`/ ]+|@[^` ]+)` \|/gm)].map(([, name = '']) => name);
  const programs = new Set(['openssl', 'ping', 'logger', 'systemctl']);
  assert.deepEqual(
    told.filter((name) => !programs.has(name) && !names.includes(name)),
    [],
  );
});

/** Written beside the verdict table by the test that checks it against that; linked as soon as it is there. */
const COMES_WITH_ITS_TABLE = join(ROOT, 'docs/verdicts.md');

void test('every link leads somewhere', () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : resolve(dirname(path), file);
      if (to === COMES_WITH_ITS_TABLE && !existsSync(to)) return [];
      if (!existsSync(to)) return [`${relative(ROOT, path)}: ${target}`];
      if (anchor === undefined) return [];
      return anchors(readFileSync(to, 'utf8')).includes(anchor)
        ? []
        : [`${relative(ROOT, path)}: ${target} has no such heading`];
    }),
  );
  assert.deepEqual(broken, []);
});

function anchors(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}

void test('every file that a page names is there', () => {
  const named = [...allText.matchAll(/`((?:src|test|scripts|docs)\/[a-z0-9/.-]+)`/g)].map(
    ([, name = '']) => name,
  );
  assert.deepEqual(
    named.filter((name) => !existsSync(join(ROOT, name))),
    [],
  );
});
