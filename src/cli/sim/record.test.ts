import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { addToRecord, readRecord } from './record.ts';
import { type Asked, sums, type Summary } from './tell.ts';

const DRAWN: Asked = { hosts: null, minutes: null };

const played = (seed: number, more: Partial<Summary> = {}): Summary => ({
  seed,
  asked: DRAWN,
  hosts: 4,
  simulatedMs: 1_800_000,
  evacuations: 3,
  reboots: 1,
  masters: 2,
  faults: { partition: 2 },
  lostBets: [],
  broken: [],
  ...more,
});

function recordIn(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-record-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  return join(folder, 'runs.jsonl');
}

function runsIn(path: string, asked = DRAWN): readonly Summary[] {
  const read = readRecord(path, asked);
  assert.ok(read.ok, JSON.stringify(read));
  return read.summaries;
}

void test('a seed whose line was cut off has not been played, and takes no other with it', (t) => {
  const path = recordIn(t);
  assert.deepEqual(runsIn(path), []);
  addToRecord(path, played(1));
  appendFileSync(path, JSON.stringify(played(2)).slice(0, 40));
  assert.deepEqual(runsIn(path), [played(1)]);
  addToRecord(path, played(3));
  assert.deepEqual(runsIn(path), [played(1), played(3)]);
  appendFileSync(path, '{"s');
  assert.deepEqual(runsIn(path), [played(1), played(3)]);
  appendFileSync(path, JSON.stringify(played(4)));
  assert.deepEqual(runsIn(path), [played(1), played(3), played(4)]);
  addToRecord(path, played(5));
  assert.deepEqual(runsIn(path), [played(1), played(3), played(4), played(5)]);
});

void test('runs of another size, or of a version that did not keep it, are other runs', (t) => {
  const path = recordIn(t);
  const large = { hosts: 32, minutes: 360 };
  addToRecord(path, played(1));
  addToRecord(path, played(1, { asked: large }));
  addToRecord(path, played(2, { asked: { ...large, minutes: 10 } }));
  appendFileSync(path, `${JSON.stringify({ ...played(3), asked: undefined })}\n`);
  assert.deepEqual(runsIn(path), [played(1)]);
  assert.deepEqual(runsIn(path, large), [played(1, { asked: large })]);
});

void test('what is no record, or cannot be one, is refused before anything is played', (t) => {
  const path = recordIn(t);
  const words = (where: string): string => {
    const read = readRecord(where, DRAWN);
    return read.ok ? 'ok' : read.words;
  };
  writeFileSync(path, 'keep me\n');
  assert.equal(words(path), 'line 1 is something else than a run');
  const run = JSON.stringify(played(1));
  const others: readonly (readonly [string, number])[] = [
    ['keep me\n', 1],
    ['keep me', 1],
    [`${run}\nkeep me\n`, 2],
    [`${run}\nkeep me`, 2],
    [`${run}\n\n${run}\n`, 2],
    [`${run}\n${run.slice(0, 40)}\n${run}\n`, 2],
    [`${run}\n${run}\n{"seed":"one"}\n{"seed":`, 3],
    [`${run}\n[]\n`, 2],
  ];
  for (const [text, line] of others) {
    writeFileSync(path, text);
    assert.equal(words(path), `line ${line} is something else than a run`);
    assert.equal(readFileSync(path, 'utf8'), text);
  }
  assert.match(words(join(path, '..')), /it is a folder/);
  assert.match(words(join(path, '..', 'nowhere', 'x')), /no such file or folder/);
  assert.match(words(join(path, 'x')), /is a file/);
  const fresh = join(path, '..', 'fresh');
  assert.equal(words(fresh), 'ok');
  assert.ok(existsSync(fresh));
});

void test('sums: by kind of fault, host-hours, lost bets, and the seeds that broke a promise', () => {
  const lines = sums([
    played(1),
    played(2, { hosts: 8, faults: { partition: 1, cut: 5 }, lostBets: ['a', 'b'] }),
    played(7, { broken: ['runs-twice, at 3.000 s: vm1'] }),
  ]);
  assert.deepEqual(lines.slice(0, 4), [
    'cut              5 times in      1 run of 0.5 h',
    'partition        5 times in     3 runs of 1.5 h',
    '3 runs, 1.5 simulated hours, 8 host-hours; 9 evacuations, 3 starts in place, 6 masters',
    'bets lost: 2, in 1 run: seed 2',
  ]);
  assert.match(lines.at(-1) ?? '', /broken in 1 run: seed 7/);
});

void test('sums of one are told of one', () => {
  const one = played(1, { evacuations: 1, masters: 1, faults: { partition: 1 } });
  assert.deepEqual(sums([one]).slice(0, 3), [
    'partition         1 time in      1 run of 0.5 h',
    '1 run, 0.5 simulated hours, 2 host-hours; 1 evacuation, 1 start in place, 1 master',
    'bets lost: 0, in 0 runs',
  ]);
});
