/**
 * `vigil demo`: five hosts on one machine, real agents and beats in processes of their own around the embedded cloud,
 * and three faults from outside. Needs no root.
 */
import { rmSync } from 'node:fs';
import { chooseFolder } from './choose-folder.ts';
import { layoutIn } from './layout.ts';
import { runPart } from './parts.ts';
import { play } from './play.ts';
import { createProcesses } from './processes.ts';
import { showJournals } from './show-journals.ts';
import { setStage, type Stage } from './stage.ts';
import { startHosts } from './start-hosts.ts';
import { tellStories } from './stories.ts';
import { createTeller, seconds, type Teller } from './tell.ts';
import { DemoFailure } from './wait.ts';

export interface DemoOptions {
  /** Leaves it running afterwards, to play with. */
  readonly keep: boolean;
  /** Where to work; without it a temporary one is made, and removed if all went well. */
  readonly folder?: string;
}

const STOP_MS = 4_000;
const EXIT_OK = 0;
const EXIT_FAILED = 1;

/** The exit code: 0 only if every VM is where it must be. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const part = await runPart();
  if (part !== null) return part;
  const tell = createTeller((line) => void process.stdout.write(`${line}\n`));
  const chosen = chooseFolder(options.folder);
  if (!chosen.ok) {
    for (const words of chosen.words) process.stderr.write(`vigil demo: ${words}\n`);
    return EXIT_FAILED;
  }
  const stopping = stopOnSignals();
  const ended = await perform(tell, chosen.folder, options.keep, stopping.signal);
  stopping.forget();
  if (ended !== 'failed' && options.folder === undefined)
    rmSync(chosen.folder, { recursive: true, force: true });
  else tell.say(`files and logs are kept in ${chosen.folder}`);
  return ended === 'succeeded' ? EXIT_OK : EXIT_FAILED;
}

type Ended = 'succeeded' | 'failed' | 'stopped';

async function perform(tell: Teller, folder: string, keep: boolean, signal: AbortSignal): Promise<Ended> {
  const beganMs = performance.now();
  const processes = createProcesses();
  const layout = layoutIn(folder);
  let stage: Stage | null = null;
  let ended: Ended = 'stopped';
  tell.title('Vigil: five hosts on this machine, twenty VMs, and three faults');
  try {
    stage = await setStage({ layout, tell, processes, signal });
    await startHosts(stage);
    await tellStories(stage);
    ended = 'succeeded';
    tell.say('');
    tell.say(`every VM is where it must be, after ${seconds(performance.now() - beganMs)} s`, 'good');
  } catch (error) {
    if (signal.aborted) {
      tell.say('stopped before its end', 'bad');
    } else {
      ended = 'failed';
      tellFailure(tell, error);
      showJournals(tell, layout.hosts);
    }
  }
  try {
    if (keep && stage !== null && !signal.aborted) await play(stage, signal);
  } finally {
    stage?.guests.stop();
    await processes.stopAll(STOP_MS);
    stage?.relays.close();
  }
  return ended;
}

function tellFailure(tell: Teller, error: unknown): void {
  const words =
    error instanceof DemoFailure
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  tell.say('');
  for (const line of `failed: ${words}`.split('\n')) tell.say(line, 'bad');
}

/** The first signal stops in order; after a second one nobody waits, and the guards end what is left. */
function stopOnSignals(): { readonly signal: AbortSignal; readonly forget: () => void } {
  const stopping = new AbortController();
  const onSignal = (): void => {
    if (stopping.signal.aborted) process.exit(EXIT_FAILED);
    stopping.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: stopping.signal,
    forget: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
