/** A beat as a process of its own, for tests: options as JSON in the first argument, log lines as JSON on stdout. */
import { runBeat } from '../../src/beat/beat.ts';
import type { BeatOptions } from '../../src/beat/beat-options.ts';

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the test beside this file
const options = JSON.parse(process.argv[2] ?? '{}') as Omit<BeatOptions, 'stop' | 'log'>;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const exit = await runBeat({ ...options, stop: stop.signal, log: say });
say({ exit });
process.exitCode = exit.code;
