/** Running a command to its end, always with a deadline, and saying what it wrote when it fails. */
import { spawn } from 'node:child_process';
import { mark, markName, stateDir } from './settings.ts';

export interface RunOptions {
  readonly deadlineMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Give the result back whatever the exit code. */
  readonly allowFailure?: boolean;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of everything the rig starts: the caller's, with the rig's mark. */
export const markedEnv = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  // Of no business to a started process: whether this one is a file of a test run, and how it loads TypeScript.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  return { ...env, [markName]: stateDir, ...extra };
};

export const run = (argv: readonly string[], options: RunOptions = {}): Promise<RunResult> => {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error(`empty command (${mark})`);
  const deadlineMs = options.deadlineMs ?? 30_000;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: markedEnv(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    const chunks = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text));
    child.on('error', reject);
    // A command that never reads its input closes the pipe early; its exit code tells the story.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('close', (code, signal) => {
      const result = { code: code ?? 128, ...chunks };
      if (result.code === 0 || options.allowFailure === true) return resolve(result);
      const tail = (result.stderr + result.stdout).slice(-2000);
      const how = signal === null ? `exit ${code}` : `${signal}, deadline ${deadlineMs} ms`;
      reject(new Error(`${argv.join(' ')}: ${how}\n${tail}`));
    });
  });
};
