import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PathState } from '../evidence/volume-path.ts';
import type { AgentState, Hearing, StorageState, Witness } from './facts.ts';
import { healthOf, lookUp, type Health, type Row, type TableFacts } from './table.ts';
import { VERDICTS } from './verdict.ts';

const NETWORK: readonly PathState[] = ['fresh', 'lost', 'unseen'];
const STORAGE: readonly StorageState[] = ['fresh', 'lost', 'unseen', 'undecided', 'none-listed'];
const AGENT: readonly AgentState[] = ['speaking', 'silent'];
const HEARING: readonly Hearing[] = ['something', 'nothing', 'not-told'];
const WITNESS: readonly Witness[] = ['agent-heard', 'kernel-alive', 'nova-compute-alive', 'none-alive'];
const HEALTH: readonly Health[] = ['whole', 'troubled'];

const every: readonly TableFacts[] = NETWORK.flatMap((network) =>
  STORAGE.flatMap((storage) =>
    AGENT.flatMap((agent) =>
      HEARING.flatMap((hearing) =>
        WITNESS.flatMap((witness) =>
          HEALTH.map((health) => ({ network, storage, agent, hearing, witness, health })),
        ),
      ),
    ),
  ),
);

void test('every combination of facts has its row', () => {
  assert.equal(every.length, 720);
  for (const facts of every) assert.ok(VERDICTS.includes(lookUp(facts).verdict), JSON.stringify(facts));
});

void test('failed is one combination only: everything lost and no witness alive', () => {
  for (const facts of every) {
    const { network, storage, witness } = facts;
    const expected = network === 'lost' && storage === 'lost' && witness === 'none-alive';
    assert.equal(lookUp(facts).verdict === 'failed', expected, JSON.stringify(facts));
  }
});

void test('the rows of the design, one by one', () => {
  const base: TableFacts = {
    network: 'lost',
    storage: 'lost',
    agent: 'speaking',
    hearing: 'not-told',
    witness: 'none-alive',
    health: 'whole',
  };
  const cases: readonly (readonly [number, Partial<TableFacts>])[] = [
    [6, { network: 'fresh', health: 'troubled' }],
    [7, { network: 'fresh' }],
    [7, { network: 'fresh', storage: 'lost' }],
    [8, { storage: 'fresh', agent: 'silent', hearing: 'nothing' }],
    [9, { storage: 'fresh', hearing: 'nothing' }],
    [10, { storage: 'fresh', hearing: 'something' }],
    [13, { storage: 'fresh', hearing: 'not-told' }],
    [11, { witness: 'agent-heard' }],
    [11, { witness: 'agent-heard', storage: 'unseen' }],
    [12, { witness: 'kernel-alive' }],
    [12, { witness: 'nova-compute-alive', storage: 'none-listed' }],
    [13, { storage: 'undecided', witness: 'agent-heard' }],
    [13, { network: 'unseen' }],
    [13, { network: 'unseen', storage: 'fresh', agent: 'silent' }],
    [14, { storage: 'unseen' }],
    [14, { storage: 'none-listed' }],
    [16, {}],
  ];
  for (const [row, facts] of cases)
    assert.equal(lookUp({ ...base, ...facts }).row, row, JSON.stringify(facts));
});

void test('troubled is a volume not well or a master not heard', () => {
  const whole = { troubledVolumes: [], hearsMaster: true, namesakes: false };
  assert.equal(healthOf(whole), 'whole');
  assert.equal(healthOf({ ...whole, troubledVolumes: ['a'] }), 'troubled');
  assert.equal(healthOf({ ...whole, hearsMaster: false }), 'troubled');
  assert.equal(healthOf({ ...whole, namesakes: true }), 'troubled');
});

interface Documented {
  readonly row: number;
  readonly verdict: string;
  readonly words: string;
}

const root = join(import.meta.dirname ?? '.', '..', '..', '..');
const documented: readonly Documented[] = readFileSync(join(root, 'docs/verdicts.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const [, row, , verdict, words] = line.split('|').map((cell) => cell.trim());
    return { row: Number(row), verdict: verdict?.replaceAll('`', '') ?? '', words: words ?? '' };
  });
const rowOf = (row: number): Documented | undefined => documented.find((one) => one.row === row);

void test('docs/verdicts.md has the 16 rows, in their order', () => {
  assert.deepEqual(
    documented.map(({ row }) => row),
    Array.from({ length: 16 }, (_, n) => n + 1),
  );
});

void test('docs/verdicts.md says what the table says', () => {
  const rows = new Map<number, Row>(every.map((facts) => [lookUp(facts).row, lookUp(facts)]));
  assert.deepEqual(
    [...rows.keys()].sort((a, b) => a - b),
    [6, 7, 8, 9, 10, 11, 12, 13, 14, 16],
  );
  for (const { row, verdict, words } of rows.values()) assert.deepEqual(rowOf(row), { row, verdict, words });
});

void test('docs/verdicts.md says what judge.ts does before and after the table', () => {
  const source = readFileSync(join(root, 'src/core/master/judge.ts'), 'utf8');
  const found = [...source.matchAll(/verdict: '([a-z-]+)',\s*row: (\d+),\s*words(?:: [`'](.*?)[`'$:])?/g)];
  assert.deepEqual(new Set(found.map(([, , row]) => row)), new Set(['2', '3', '4', '15', '16']));
  for (const [, verdict, row, words] of found) {
    const there = rowOf(Number(row));
    assert.equal(there?.verdict, verdict, `row ${row}`);
    if (row === '3' || row === '4') assert.equal(there?.words, words);
  }
  assert.equal(rowOf(5)?.verdict, 'failed');
  assert.ok(source.includes(`row: 5,\n      words: '${rowOf(5)?.words}'`));
  assert.ok(source.includes(rowOf(15)?.words ?? '-'));
});
