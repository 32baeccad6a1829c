import { execFile } from 'node:child_process';
import { errno } from '../../config/errno.ts';

const OPENSSL_DEADLINE_MS = 20_000;
const OUTPUT_BYTES_MAX = 64 * 1024;

export type Done = { readonly ok: true } | { readonly ok: false; readonly words: string };

/** Arguments name files only: what is secret never stands on a command line, where every user could read it. */
export async function openssl(args: readonly string[], folder: string): Promise<Done> {
  return new Promise((resolve) => {
    const options = { cwd: folder, timeout: OPENSSL_DEADLINE_MS, maxBuffer: OUTPUT_BYTES_MAX };
    execFile('openssl', args, options, (error, _stdout, stderr) => {
      if (error === null) resolve({ ok: true });
      else if (errno(error) === 'ENOENT')
        resolve({ ok: false, words: 'the program openssl is not installed' });
      else
        resolve({ ok: false, words: `openssl ${args[0]}: ${stderr.trim().split('\n')[0] ?? error.message}` });
    });
  });
}
