/** A process whose lines are looked at as they come, and which is ended once enough was seen. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ROOT } from './mutant.ts';

export type Ending =
  /** It was seen what was looked for. */
  | { readonly ended: 'stopped' }
  | { readonly ended: 'by-itself'; readonly code: number | null; readonly complaint: string }
  /** Nothing came for so long. */
  | { readonly ended: 'silent'; readonly forMs: number };

const COMPLAINT_CHARS = 2_000;
const alive = new Set<number>();

/** `take` says whether to go on. */
export function watchChild(
  args: readonly string[],
  silentMsMax: number,
  take: (line: string) => boolean,
): Promise<Ending> {
  return new Promise((resolve) => {
    // A group of its own, so that what it has started ends with it.
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const { pid = 0 } = child;
    alive.add(pid);
    let why: Ending | null = null;
    let complaint = '';
    const stop = (ending: Ending): void => {
      why ??= ending;
      endGroup(pid);
    };
    const onSilence = (): void => stop({ ended: 'silent', forMs: silentMsMax });
    let timer = setTimeout(onSilence, silentMsMax);
    createInterface({ input: child.stdout }).on('line', (line) => {
      clearTimeout(timer);
      if (why !== null) return;
      timer = setTimeout(onSilence, silentMsMax);
      if (!take(line)) stop({ ended: 'stopped' });
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-COMPLAINT_CHARS);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      alive.delete(pid);
      resolve(why ?? { ended: 'by-itself', code, complaint });
    });
  });
}

function endGroup(pid: number): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

export function endAll(): void {
  for (const pid of alive) endGroup(pid);
}
