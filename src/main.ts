import { setFlagsFromString } from 'node:v8';

// Beats and agents allocate little at a time; without this their youngest generation grows to 16 MiB and stays there.
const YOUNG_MIB: Readonly<Record<string, number>> = { beat: 1, agent: 4 };
const youngMib = YOUNG_MIB[process.argv[2] ?? ''];
if (youngMib !== undefined) setFlagsFromString(`--max-semi-space-size=${youngMib}`);

const { runCli } = await import('./cli/program.ts');
await runCli(process.argv);
