/** Stands for the demonstration, to be killed: starts one long process and prints its pid. */
import { createProcesses } from '../../src/demo/processes.ts';

const logFile = process.argv[2] ?? '/dev/null';
const argv = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
const started = createProcesses().start({ name: 'child', argv, logFile });
process.stdout.write(`${started.pid}\n`);
setInterval(() => undefined, 1_000);
