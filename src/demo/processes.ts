/** The demonstration's processes. Each ends with it, however it ends: by its word, by a signal, or by SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/**
 * A small shell stays beside each process and reads a pipe that only the demonstration can write. A line says that the
 * process has ended; the end of the pipe without one says that the demonstration has, and then the process must too.
 * `$$` is the process: `exec` keeps the number.
 */
const WITH_GUARD = '(read -r _ <&3 || kill -9 $$) & exec "$@" 3<&-';

export interface ProcessOptions {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export interface Running {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly hasEnded: () => boolean;
  readonly ended: Promise<void>;
  signal(which: NodeJS.Signals): void;
}

export interface Processes {
  start(options: ProcessOptions): Running;
  /** Those that ended without being told to: a fault, whatever their exit code. */
  unexpected(): readonly string[];
  /** SIGTERM, and SIGKILL for whoever has not ended by the deadline. */
  stopAll(deadlineMs: number): Promise<void>;
  killAll(): void;
}

export function createProcesses(): Processes {
  const running = new Set<Running>();
  const unexpected: string[] = [];
  return {
    start(options) {
      const log = openSync(options.logFile, 'a');
      const child = spawn('/bin/sh', ['-c', WITH_GUARD, 'sh', ...options.argv], {
        // A group of its own: Ctrl-C is for the demonstration, which then stops the others in order.
        detached: true,
        stdio: ['ignore', log, log, 'pipe'],
        env: { ...process.env, ...options.env },
      });
      closeSync(log);
      const started = follow(child, options, (how) => {
        running.delete(started);
        if (how !== null) unexpected.push(`${options.name} ended by itself (${how}), see ${options.logFile}`);
      });
      running.add(started);
      return started;
    },
    unexpected: () => unexpected,
    async stopAll(deadlineMs) {
      const all = [...running];
      for (const one of all) one.signal('SIGTERM');
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadlineMs);
      });
      await Promise.race([Promise.all(all.map(({ ended }) => ended)), late]);
      clearTimeout(timer);
      for (const one of running) one.signal('SIGKILL');
      await Promise.all(all.map(({ ended }) => ended));
    },
    killAll() {
      for (const one of running) one.signal('SIGKILL');
    },
  };
}

function follow(
  child: ChildProcess,
  { name, logFile }: ProcessOptions,
  onEnd: (unexpected: string | null) => void,
): Running {
  const guard = child.stdio[3];
  const isWritable = guard !== null && guard !== undefined && 'write' in guard;
  guard?.on('error', () => undefined);
  let hasEnded = false;
  let wasTold = false;
  const ended = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      if (isWritable) guard.end('ended\n');
      onEnd(wasTold ? null : how);
      resolve();
    };
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    child.once('error', (error) => end(error.message));
  });
  return {
    name,
    pid: child.pid ?? 0,
    logFile,
    hasEnded: () => hasEnded,
    ended,
    signal(which) {
      wasTold = true;
      if (!hasEnded) child.kill(which);
    },
  };
}
