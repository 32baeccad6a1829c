/** `node --import tsx test/openstack/rig/main.ts install|start|stop|status` */
import { start, status, stop } from './lifecycle.ts';
import { install } from './packages.ts';
import { cloudsYaml, stateDir } from './settings.ts';
import { monotonicMs } from './wait.ts';

const beganMs = monotonicMs();
const say = (line: string): void =>
  console.log(`${((monotonicMs() - beganMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);

const commands: Readonly<Record<string, () => Promise<void>>> = {
  install: () => install(say),
  start: async () => {
    await start({ say, fresh: process.argv.includes('--fresh') });
    say(`state in ${stateDir}, credentials in ${cloudsYaml}`);
  },
  stop: async () => {
    await stop();
    say('stopped');
  },
  status: async () => {
    const now = await status();
    console.log(JSON.stringify(now, undefined, 2));
    process.exitCode = now.running ? 0 : 1;
  },
};

const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  console.error(`usage: main.ts ${Object.keys(commands).join('|')} [--fresh]`);
  process.exit(2);
}
await command();
