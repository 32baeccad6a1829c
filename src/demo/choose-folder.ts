/** A folder for the demonstration: on a file system that takes O_DIRECT, with a path short enough for sockets. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { directMemory, openVolumeFile } from '../beat/volume-file.ts';
import { errno } from '../config/errno.ts';
import { BLOCK_BYTES } from '../core/wire/layout.ts';

/** The longest path below it is that of a socket, which the kernel limits to 107 bytes. */
const FOLDER_BYTES_MAX = 107 - '/h1/run/agent.sock'.length;

export type FolderChoice =
  | { readonly ok: true; readonly folder: string }
  | { readonly ok: false; readonly words: readonly string[] };

export function chooseFolder(wanted: string | undefined): FolderChoice {
  const memory = directMemory();
  if (wanted !== undefined) {
    const folder = resolve(wanted);
    const problem = problemOf(folder, memory);
    return problem === null ? { ok: true, folder } : { ok: false, words: [problem] };
  }
  const words: string[] = [];
  for (const parent of [tmpdir(), join(homedir(), '.cache'), join(process.cwd(), 'dist')]) {
    const made = makeIn(parent);
    const problem = made.ok ? problemOf(made.folder, memory) : made.words;
    if (made.ok && problem === null) return made;
    if (made.ok) rmSync(made.folder, { recursive: true, force: true });
    words.push(problem ?? '');
  }
  return { ok: false, words: [...words, 'name a better folder: vigil demo --folder DIR'] };
}

function makeIn(
  parent: string,
): { readonly ok: true; readonly folder: string } | { readonly ok: false; readonly words: string } {
  try {
    mkdirSync(parent, { recursive: true });
    return { ok: true, folder: mkdtempSync(join(parent, 'vigil-demo-')) };
  } catch (error) {
    return { ok: false, words: `${parent}: no folder can be made there (${errno(error)})` };
  }
}

function problemOf(folder: string, memory: Buffer): string | null {
  if (Buffer.byteLength(folder) > FOLDER_BYTES_MAX)
    return `${folder}: the path is too long for sockets below it (at most ${FOLDER_BYTES_MAX} bytes)`;
  const file = join(folder, 'direct-io-test');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // What an earlier demonstration left would be taken for this one's: keys, volumes, boots.
    if (readdirSync(folder).length > 0) return `${folder}: is not empty; remove it first, or name another`;
    writeFileSync(file, Buffer.alloc(BLOCK_BYTES), { flag: 'wx' });
    const opened = openVolumeFile(file, 'read-write', memory);
    if (!opened.ok)
      return `${folder}: its file system takes no direct I/O, which volumes need (${opened.detail})`;
    const written = opened.file.writeBlock(0, new Uint8Array(BLOCK_BYTES));
    opened.file.close();
    return written.ok ? null : `${folder}: direct I/O failed there (${written.detail})`;
  } catch (error) {
    return `${folder}: cannot be used (${errno(error)})`;
  } finally {
    rmSync(file, { force: true });
  }
}
