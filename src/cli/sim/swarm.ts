/** Many runs, in as many processes as there are processors. */
import { type ChildProcess, fork } from 'node:child_process';
import { EXIT } from '../exit-codes.ts';
import { complain, say } from '../output.ts';
import type { SwarmFlags } from './commands.ts';
import { addToRecord, readRecord } from './record.ts';
import { askedOf, counted, replay, type Summary, sums, unplayed } from './tell.ts';
import type { Task } from './worker.ts';

const PROGRESS_MS = 10_000;

export async function runSwarm({ seeds, jobs, record, ...size }: SwarmFlags): Promise<number> {
  const isWanted = ({ seed }: Summary): boolean => seed >= seeds.first && seed <= seeds.last;
  const read = record === undefined ? null : readRecord(record, askedOf(size));
  if (read?.ok === false) {
    complain(`--record ${record}: ${read.words}`);
    return EXIT.usage;
  }
  const summaries = (read?.summaries ?? []).filter(isWanted);
  const known = new Set(summaries.map(({ seed }) => seed));
  const left: number[] = [];
  for (let seed = seeds.first; seed <= seeds.last; seed += 1) if (!known.has(seed)) left.push(seed);
  left.reverse();
  const beganMs = performance.now();
  const total = seeds.last - seeds.first + 1;
  const progress = (): void => {
    const hours = summaries.reduce((sum, one) => sum + (one.hosts * one.simulatedMs) / 3_600_000, 0);
    const broken = summaries.filter((one) => one.broken.length > 0).length;
    const wallS = Math.round((performance.now() - beganMs) / 1_000);
    complain(
      `${summaries.length} of ${counted(total, 'run')}, ${hours.toFixed(0)} host-hours, ${broken} broken; ${wallS} s`,
    );
  };
  const telling = setInterval(progress, PROGRESS_MS);
  const note = (summary: Summary): void => {
    summaries.push(summary);
    if (record !== undefined) addToRecord(record, summary);
    for (const bet of summary.lostBets) say(`a bet was lost in seed ${summary.seed}: ${bet}`);
    for (const words of summary.broken) say(`BROKEN seed ${summary.seed}: ${words}`);
    if (summary.broken.length > 0) say(`  smaller: ${replay('shrink', summary.seed, size)}`);
  };
  const workers = Array.from({ length: Math.min(jobs, left.length) }, () =>
    keepBusy(() => {
      const seed = left.pop();
      return seed === undefined ? null : { seed, ...size };
    }, note),
  );
  await Promise.all(workers);
  clearInterval(telling);
  progress();
  for (const line of sums(summaries)) say(line);
  return summaries.some(({ broken }) => broken.length > 0) ? EXIT.failed : EXIT.ok;
}

/** One process, as long as there is something to do. A process that dies has broken the promise of its seed. */
function keepBusy(next: () => Task | null, note: (summary: Summary) => void): Promise<void> {
  return new Promise((resolve) => {
    const child: ChildProcess = fork(process.argv[1] ?? '', ['sim-worker']);
    let task = next();
    const go = (): void => {
      if (task === null) child.disconnect();
      else child.send(task);
    };
    child.on('message', (summary: Summary) => {
      note(summary);
      task = next();
      go();
    });
    child.on('exit', (code) => {
      if (task !== null) {
        const { seed, ...size } = task;
        note(unplayed(seed, size, `its process ended with ${code}`));
        void keepBusy(next, note).then(resolve);
      } else resolve();
    });
    go();
  });
}
