/** The tree keeps its own rules: sizes, names, who imports whom, and what is called where. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const LINES_MAX = 500;
const LINES_SOFT = 300;
const MEDIAN_MAX = 120;

interface Source {
  /** From the root, with slashes. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly isTest: boolean;
}

const sources = ['src', 'sim', 'test'].flatMap((folder) => [...walk(join(ROOT, folder))]);
const product = sources.filter(({ path, isTest }) => !path.startsWith('test/') && !isTest);

function* walk(folder: string): Generator<Source> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.name.endsWith('.ts')) yield read(path);
  }
}

function read(path: string): Source {
  const name = relative(ROOT, path);
  const isTest = /\.test\.ts$|(^|\/)testing(\.ts|\/)/.test(name) || name.startsWith('test/');
  return { path: name, lines: readFileSync(path, 'utf8').trimEnd().split('\n'), isTest };
}

/** `file:line: text` of each line that matches. Comments are no code. */
function found(among: readonly Source[], pattern: RegExp, inComments = false): readonly string[] {
  return among.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const code = inComments ? line : line.replace(/^\s*(\*|\/\/|\/\*).*$/, '').replace(/\s\/\/ .*$/, '');
      return pattern.test(code) ? [`${path}:${index + 1}: ${line.trim()}`] : [];
    }),
  );
}

void test('no file is too long, and the median is short', (t) => {
  const long = sources
    .filter(({ lines }) => lines.length > LINES_SOFT)
    .map(({ path, lines }) => `${path}: ${lines.length} lines`);
  if (long.length > 0) t.diagnostic(`over ${LINES_SOFT} lines:\n  ${long.join('\n  ')}`);
  assert.deepEqual(
    sources.filter(({ lines }) => lines.length > LINES_MAX).map(({ path }) => path),
    [],
  );
  const sizes = product.map(({ lines }) => lines.length).sort((a, b) => a - b);
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0;
  assert.ok(median < MEDIAN_MAX, `median of src is ${median} lines`);
});

void test('names are kebab-case', () => {
  const wrong = sources.filter(({ path }) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/.test(basename(path)));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

/** From a folder of src, or the simulator, to those it may import from; what is not listed here may import everything but the commands. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  config: ['config', 'core'],
  drivers: ['drivers', 'core', 'config'],
  beat: ['beat', 'core'],
  api: ['api', 'drivers', 'core', 'config'],
  cloud: ['cloud', 'core', 'config'],
  agent: ['agent', 'api', 'drivers', 'core', 'config'],
  sim: ['sim', 'cloud', 'core'],
};
/** Both ends of one socket speak in the same frames, and by the same clock. */
const SHARED = new Set(['src/beat/frames.ts', 'src/beat/clock.ts']);
/** The demonstration plays the operator, who has the commands. */
const OPERATORS = new Set(['cli', 'demo', 'main.ts']);

function areaOf(path: string): string {
  const [root = '', folder = ''] = path.split('/');
  return root === 'src' ? folder : root;
}

void test('imports go one way', () => {
  const wrong = product.flatMap(({ path, lines }) => {
    const from = areaOf(path);
    return importsOf(path, lines).flatMap((target) => {
      const to = areaOf(target);
      const allowed = MAY_IMPORT[from];
      const isAllowed = allowed === undefined ? to !== 'cli' || OPERATORS.has(from) : allowed.includes(to);
      return isAllowed || SHARED.has(target) ? [] : [`${path} imports ${target}`];
    });
  });
  assert.deepEqual(wrong, []);
});

/** Where the same input has the same outcome: all of it on virtual time, and all chance from a seed. */
const pure = product.filter(({ path }) => /^(src\/core|src\/cloud\/model|sim)\//.test(path));

void test('core, simulator and what they share of the embedded cloud import no package, not even from Node', () => {
  assert.deepEqual(found(pure, /(\bfrom|\bimport|\brequire)\s*\(?\s*['"`][^.)\]]/), []);
});

/** They hold what volumes tell; everybody else goes through the port. */
const OF_VOLUMES = new Set(['src/core/volumes.ts', 'src/core/master/mastership.ts']);

void test('how the cluster is coordinated is known behind its port only', () => {
  const wrong = product.flatMap(({ path, lines }) => {
    if (path.startsWith('src/core/coordination/') || OF_VOLUMES.has(path)) return [];
    const inside = importsOf(path, lines).filter((to) => to.startsWith('src/core/coordination/volume/'));
    return inside.map((target) => `${path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

void test('every relative import names its extension', () => {
  assert.deepEqual(found(sources, /from '\.{1,2}\/[^']*(?<!\.ts)(?<!\.json)'/), []);
});

function importsOf(path: string, lines: readonly string[]): readonly string[] {
  const text = lines.join('\n');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)];
  return specifiers.map(([, specifier = '']) => relative(ROOT, resolve(ROOT, dirname(path), specifier)));
}

void test('only beats and the commands about volumes open a volume', () => {
  const opening = found(product, /\b(openVolume|openVolumeFile|O_DIRECT)\b/);
  const allowed = /^src\/(beat|cli\/volume|demo)\/|^src\/cli\/check\/check-volume-child\.ts/;
  assert.deepEqual(
    opening.filter((line) => !allowed.test(line) && !/['"`].*O_DIRECT/.test(line)),
    [],
  );
});

void test('nothing but the demonstration exits the process: an exit hangs with whatever hangs', () => {
  const lasting = product.filter(({ path }) => !path.startsWith('src/demo/'));
  assert.deepEqual(found(lasting, /\bprocess\.(exit|reallyExit)\(/), []);
});

void test('nothing prints past the log and the commands', () => {
  const silent = product.filter(({ path }) => !/^src\/(cli|demo)\//.test(path));
  assert.deepEqual(found(silent, /\bconsole\./), []);
});

void test('core and simulator know no clock, no timer, no process and no chance', () => {
  const outside =
    'Date|performance|process|globalThis|global|setTimeout|setInterval|setImmediate|queueMicrotask|fetch|WebSocket|crypto';
  assert.deepEqual(found(pure, new RegExp(`(?<![.'\\w-])(${outside})\\b[.([]|\\bMath\\.random`)), []);
});

void test('no any, no enum, no default export', () => {
  assert.deepEqual(
    found(sources, /(:|\bas|<)\s*any\b(?!\s+\w)|^\s*(export\s+)?(const\s+)?enum\s|^export default/),
    [],
  );
});

/** What people read of the tree, code or not. */
const READ = ['README.md', 'Makefile', 'docs', 'model', 'scripts', 'sim/scenarios', 'src', 'test'];

function textsIn(name: string): readonly string[] {
  const path = join(ROOT, name);
  if (statSync(path).isFile()) return [path];
  const below = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => join(path, file));
  return below.filter((file) => statSync(file).isFile());
}

void test('nothing is left for later, and nothing tells of the place where it was made', () => {
  const all = new Map(
    [...READ.flatMap(textsIn).map(read), ...sources].map((source) => [source.path, source]),
  );
  all.delete('test/tidy.test.ts');
  const texts = [...all.values()];
  assert.deepEqual(found(texts, /\b(TODO|FIXME|XXX|HACK)\b/, true), []);
  assert.deepEqual(
    found(texts, /["'`\s(]\/(?:home|root|Users|work|workspace)\/|\bissue\s+#?\d+\b/i, true),
    [],
  );
});

void test('the words of the glossary: master, not leader; incident, not outage', () => {
  const words = product.filter(({ path }) => !path.startsWith('src/cloud/'));
  assert.deepEqual(found(words, /\b(leader|primary node|standby|failover node)\b/i, true), []);
});

void test('tests wait for conditions, not for time', () => {
  const tests = sources.filter(({ path, isTest }) => isTest && !path.startsWith('test/openstack/'));
  const sleeps = found(
    tests,
    /await\s+(new Promise.*setTimeout\([^,]+,\s*|(sleep|delay|pause|setTimeout)\(\s*)(\d[\d_]{2,}|[6-9]\d)\b/,
  );
  assert.deepEqual(sleeps, []);
});
