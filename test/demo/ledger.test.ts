/** The demonstration's judge must find what is wrong: each case here is right but for one thing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Life } from '../../src/demo/guests.ts';
import { findProblems, openLedger, recordMoves } from '../../src/demo/ledger.ts';
import type { EvacuationRecord, ServerRecord } from '../../src/demo/nova-records.ts';

const vm = (name: string, host: string, status = 'ACTIVE'): ServerRecord => ({
  id: name,
  name,
  host,
  status,
});
const life = (host: string, first = 1): Life => ({ host, first, last: 9, isUnbroken: true });
const row = (status = 'done'): EvacuationRecord => ({ vm: 'moved', status, source: 'h1', target: 'h2' });

interface Case {
  readonly servers?: readonly ServerRecord[];
  readonly rows?: readonly EvacuationRecord[];
  readonly moved?: readonly Life[];
  readonly stayed?: readonly Life[];
  readonly silenceMs?: number;
  readonly grows?: boolean;
}

const AFTER = [vm('moved', 'h2'), vm('stayed', 'h3')];

/** `moved` went from h1 to h2, `stayed` stays on h3. */
async function judge(given: Case): Promise<readonly string[]> {
  const before = openLedger([vm('moved', 'h1'), vm('stayed', 'h3')]);
  const ledger = recordMoves(before, 'h1', AFTER);
  let looks = 0;
  const found = await findProblems(
    {
      nova: {
        servers: async () => Promise.resolve(given.servers ?? AFTER),
        evacuations: async () => Promise.resolve(given.rows ?? [row()]),
      },
      guests: {
        lives: (name) =>
          name === 'moved' ? (given.moved ?? [life('h1'), life('h2')]) : (given.stayed ?? [life('h3')]),
        longestSilenceMs: () => given.silenceMs ?? 0,
        lines: () => (given.grows === false ? 9 : (looks += 1)),
      },
    },
    ledger,
    1,
  );
  return found.map(({ vm: name, words }) => `${name}: ${words}`);
}

const cases: readonly (readonly [string, Case, RegExp | null])[] = [
  ['all is well', {}, null],
  ['not back', { servers: [vm('moved', 'h2', 'REBUILD'), vm('stayed', 'h3')] }, /moved: nova says REBUILD/],
  ['moved for no reason', { servers: [vm('moved', 'h2'), vm('stayed', 'h4')] }, /stayed: .* on h4/],
  ['evacuated twice', { rows: [row(), row()] }, /moved: 2 evacuation records, expected 1/],
  ['evacuated though alive', { rows: [row(), { ...row(), vm: 'stayed' }] }, /stayed: 1 evacuation records/],
  ['still open', { rows: [row('pre-migrating')] }, /moved: its evacuation is pre-migrating/],
  ['ran twice', { moved: [life('h1'), life('h2'), life('h1', 10)] }, /moved: its file says .*then h1/],
  ['restarted in place', { stayed: [life('h3'), life('h3')] }, /stayed: its file says/],
  ['lost lines', { stayed: [{ ...life('h3'), isUnbroken: false }] }, /stayed: its guest on h3 lost lines/],
  ['paused', { silenceMs: 10_000 }, /stayed: its guest was silent for 10000 ms/],
  ['dead', { grows: false }, /stayed: its guest is silent on h3/],
];

for (const [name, given, expected] of cases) {
  void test(`judge: ${name}`, async () => {
    const found = await judge(given);
    if (expected === null) assert.deepEqual(found, []);
    else assert.match(found.join('\n'), expected);
  });
}
