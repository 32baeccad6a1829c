import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { errno } from '../../config/errno.ts';

/** Looked for once at start: a search while probing would touch file systems that may hang. */
export function findPing(pathList: string = process.env['PATH'] ?? ''): string | null {
  for (const folder of [...pathList.split(delimiter), '/usr/bin', '/bin', '/usr/sbin', '/sbin']) {
    if (folder === '') continue;
    try {
      accessSync(join(folder, 'ping'), constants.X_OK);
      return join(folder, 'ping');
    } catch {
      // Not there.
    }
  }
  return null;
}

/** One echo. Null: it could not be tried. */
export async function ping(
  program: string,
  from: string,
  ip: string,
  deadlineMs: number,
): Promise<boolean | null> {
  return new Promise((resolve) => {
    const seconds = String(Math.max(1, Math.ceil(deadlineMs / 1000)));
    const args = ['-n', '-q', '-c', '1', '-W', seconds, '-I', from, ip];
    execFile(program, args, { timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: 16_384 }, (error) => {
      if (error === null) resolve(true);
      // 1: no answer. 2: could not send. Killed at the deadline: no answer.
      else
        resolve(
          error.killed === true || error.code === 1
            ? false
            : errno(error) === 'ENOENT'
              ? null
              : exitMeaning(error.code),
        );
    });
  });
}

function exitMeaning(code: unknown): boolean | null {
  return code === 2 ? null : false;
}
