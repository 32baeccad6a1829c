/** Daemons by name: each in a session of its own, recorded on disk so that another run of the rig finds it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ProcessId,
  identify,
  isAlive,
  killAll,
  processIdSchema,
  signal,
  withFamily,
} from './processes.ts';
import { dirs, logFile } from './settings.ts';
import { markedEnv } from './shell.ts';
import { waitFor } from './wait.ts';

export interface DaemonOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Run inside this network namespace. */
  readonly netns?: string;
  readonly log?: string;
}

const recordFile = (name: string): string => join(dirs.run, `${name}.json`);

/** `nsenter`, not `ip netns exec`: that one makes a mount namespace too, where later FUSE mounts would not appear. */
const inNamespace = (netns: string, argv: readonly string[]): string[] => [
  'nsenter',
  `--net=/run/netns/${netns}`,
  '--',
  ...argv,
];

/** Starts a detached process that outlives the rig, with its output appended to a file. */
export const startProcess = (
  argv: readonly string[],
  log: string,
  options: DaemonOptions = {},
): ProcessId => {
  const [file, ...args] = options.netns === undefined ? argv : inNamespace(options.netns, argv);
  if (file === undefined) throw new Error('empty command');
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  try {
    const child = spawn(file, args, {
      cwd: '/',
      detached: true,
      env: markedEnv(options.env),
      stdio: ['ignore', output, output],
    });
    child.on('error', () => {});
    child.unref();
    const id = child.pid === undefined ? undefined : identify(child.pid);
    if (id === undefined) throw new Error(`cannot start ${argv.join(' ')}, see ${log}`);
    return id;
  } finally {
    closeSync(output);
  }
};

export const startDaemon = (
  name: string,
  argv: readonly string[],
  options: DaemonOptions = {},
): ProcessId => {
  const id = startProcess(argv, options.log ?? logFile(name), options);
  mkdirSync(dirs.run, { recursive: true });
  writeFileSync(recordFile(name), JSON.stringify(id));
  return id;
};

/** The recorded process, if it is still the same one and runs. */
export const daemon = (name: string): ProcessId | undefined => {
  try {
    const id = processIdSchema.parse(JSON.parse(readFileSync(recordFile(name), 'utf8')));
    return isAlive(id) ? id : undefined;
  } catch {
    return undefined;
  }
};

export const recordedDaemons = (): string[] => {
  try {
    return readdirSync(dirs.run)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
  } catch {
    return [];
  }
};

export const signalDaemon = (name: string, which: NodeJS.Signals): void => {
  const id = daemon(name);
  if (id === undefined) throw new Error(`${name} does not run`);
  for (const member of withFamily([id])) signal(member, which);
};

export const forgetDaemon = (name: string): void => rmSync(recordFile(name), { force: true });

/** Asks with SIGTERM, then kills the whole family. */
export const stopDaemon = async (name: string, graceMs = 0): Promise<void> => {
  const id = daemon(name);
  if (id !== undefined) {
    if (graceMs > 0) {
      signal(id, 'SIGTERM');
      await waitFor(name, () => !isAlive(id), { deadlineMs: graceMs, everyMs: 50 }).catch(() => {});
    }
    await killAll(withFamily([id]));
  }
  forgetDaemon(name);
};
