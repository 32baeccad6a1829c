/**
 * A program as one file, as it is built: started from its sources, each process would first translate them, which takes
 * longer than most of what tests start it for.
 */
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** `entry`: path of its source. Gives the path of the file, which is there as long as this process is. */
export function bundled(entry: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-bundled-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'main.mjs');
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    banner: { js: REQUIRE },
  });
  return outfile;
}
