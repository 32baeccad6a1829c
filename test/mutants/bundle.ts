/** Bundles the program, or the tests, with one file of the core replaced as it is loaded: the checkout stays as it is. */
import { build, type Plugin } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mutate, type Mutant, ROOT } from './mutant.ts';

const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'silent',
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
} as const;

/** Gives the path of the program. */
export async function bundleProgram(mutant: Mutant | null, folder: string): Promise<string> {
  await build({
    ...SHARED,
    entryPoints: { vigil: join(ROOT, 'src/main.ts') },
    outdir: folder,
    splitting: true,
    plugins: [plant(mutant)],
  });
  return join(folder, 'vigil.js');
}

/** Gives the path of one file that runs all tests of the core, those beside it first. */
export async function bundleTests(mutant: Mutant | null, folder: string): Promise<string> {
  const files = ['src/core', 'test/world'].flatMap(testsBelow);
  await build({
    ...SHARED,
    stdin: {
      contents: [TELL_AT_ONCE, ...files.map((file) => `import './${file}';`)].join('\n'),
      resolveDir: ROOT,
    },
    outfile: join(folder, 'tests.js'),
    plugins: [plant(mutant)],
  });
  return join(folder, 'tests.js');
}

/** Tests of the core never wait, and what is told of them would only come out after the last. */
const TELL_AT_ONCE = "import { afterEach } from 'node:test'; afterEach(() => new Promise(setImmediate));";

function testsBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

function plant(mutant: Mutant | null): Plugin {
  return {
    name: 'plant',
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const isPlace = mutant !== null && path === join(ROOT, mutant.file);
        return {
          loader: 'ts',
          contents: atItsPlace(path, isPlace ? mutate(mutant) : readFileSync(path, 'utf8')),
        };
      });
    },
  };
}

/** Tests read files beside them. */
function atItsPlace(path: string, text: string): string {
  if (!path.endsWith('.test.ts')) return text;
  return text
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
}
