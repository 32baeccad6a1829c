/** The last lines of the agents' journals, for a demonstration that went wrong. */
import { readTail } from '../drivers/journal/journal-files.ts';
import { join } from 'node:path';
import type { HostLayout } from './layout.ts';
import type { Teller } from './tell.ts';

const LINES = 6;
const LINE_CHARACTERS = 220;
/** Every request to nova is a line, which drowns the rest. */
const NOISE = new Set(['openstack']);

export function showJournals(tell: Teller, hosts: readonly HostLayout[]): void {
  for (const { name, state } of hosts) {
    const entries = readTail(join(state, 'journal')).filter(({ event }) => !NOISE.has(event));
    if (entries.length === 0) continue;
    tell.say(`journal of ${name}:`);
    for (const { at, event, data } of entries.slice(-LINES)) {
      tell.say(`  ${at.slice(11, 23)} ${event} ${JSON.stringify(data)}`.slice(0, LINE_CHARACTERS), 'quiet');
    }
  }
}
