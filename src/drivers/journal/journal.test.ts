import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Journal, LINE_BYTES_MAX, MAX_QUEUED_BYTES, openJournal } from './journal.ts';
import { MAX_TAIL_ENTRIES } from './tail.ts';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'vigil-journal-'));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

async function open(directory: string, counted: string[] = [], fileBytesMax = 1024 * 1024): Promise<Journal> {
  const opened = await openJournal({
    directory,
    fileBytesMax,
    filesMax: 2,
    count: (event) => counted.push(event),
  });
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.journal;
}

void test('lines are JSON, event first, numbered on across restarts; a torn line hurts nobody', async (t) => {
  const directory = folder(t);
  const first = await open(directory);
  first.write('started', { host: 'h1' });
  first.sink.deliver({
    cause: 'c',
    state: 'begin',
    severity: 'info',
    host: null,
    title: 't',
    rule: null,
    evidence: {},
    advice: null,
  });
  await first.close(5_000);
  appendFileSync(join(directory, 'journal.jsonl'), '{"event":"to');
  const second = await open(directory);
  assert.deepEqual(
    second.tail.after(0, 10).map(({ seq, event }) => `${seq} ${event}`),
    ['1 started', '2 report'],
  );
  second.write('again', {});
  await second.close(5_000);
  const text = readFileSync(join(directory, 'journal.jsonl'), 'utf8');
  assert.match(text, /^\{"event":"started","at":"[^"]+","seq":1,"data":\{"host":"h1"\}\}\n/);
  assert.match(text, /"event":"again","at":"[^"]+","seq":3/);
});

void test('what was written after a torn line can be read', async (t) => {
  const directory = folder(t);
  const first = await open(directory);
  first.write('one', {});
  await first.close(5_000);
  appendFileSync(join(directory, 'journal.jsonl'), '{"event":"to');
  const second = await open(directory);
  second.write('two', {});
  await second.close(5_000);
  const third = await open(directory);
  t.after(async () => third.close(1_000));
  assert.deepEqual(
    third.tail.after(0, 10).map(({ event }) => event),
    ['one', 'two'],
  );
});

void test('files are closed at their size and only so many are kept', async (t) => {
  const directory = folder(t);
  const journal = await open(directory, [], 2_000);
  for (let round = 0; round < 8; round += 1) {
    journal.write('filler', { text: 'x'.repeat(1_900) });
    const before = journal.tail.lastSeq();
    // Each round waits until its line is on disk, so that each fills a file of its own.
    while (!onDisk(directory, before)) await new Promise(setImmediate);
  }
  await journal.close(5_000);
  assert.deepEqual(readdirSync(directory).sort(), ['journal.1.jsonl', 'journal.2.jsonl', 'journal.jsonl']);
  assert.ok(statSync(join(directory, 'journal.1.jsonl')).size < 4_500);
});

function onDisk(directory: string, seq: number): boolean {
  return ['journal.jsonl', 'journal.1.jsonl', 'journal.2.jsonl'].some((name) => {
    const path = join(directory, name);
    try {
      return existsSync(path) && readFileSync(path, 'utf8').includes(`"seq":${seq},`);
    } catch {
      return false;
    }
  });
}

void test('a full queue drops lines, counts them and says so in the journal; no line is too long', async (t) => {
  const directory = folder(t);
  const counted: string[] = [];
  const journal = await open(directory, counted, 64 * 1024 * 1024);
  const line = { text: 'x'.repeat(60_000) };
  const fits = Math.floor(MAX_QUEUED_BYTES / 60_000);
  for (let index = 0; index < fits + 20; index += 1) journal.write('burst', line);
  journal.write('long', { text: 'x'.repeat(LINE_BYTES_MAX) });
  const dropped = counted.filter((event) => event === 'dropped').length;
  assert.ok(dropped >= 20, String(dropped));
  journal.write('small', {});
  await journal.close(10_000);
  const text = readFileSync(join(directory, 'journal.jsonl'), 'utf8');
  assert.match(
    text,
    new RegExp(`"event":"journal-dropped","at":"[^"]+","seq":\\d+,"data":\\{"lines":${dropped}\\}`),
  );
  journal.write('late', {});
  assert.equal(counted.at(-1), 'dropped');
});

void test('a folder that cannot be made is told in words', async (t) => {
  const directory = folder(t);
  writeFileSync(join(directory, 'file'), '');
  const opened = await openJournal({
    directory: join(directory, 'file', 'x'),
    fileBytesMax: 1,
    filesMax: 1,
    count: () => undefined,
  });
  assert.match(opened.ok ? '' : opened.words, /cannot be opened \(ENOTDIR\)/);
});

void test('a follower is woken by a new line, and the tail has a limit', async (t) => {
  const journal = await open(folder(t));
  t.after(async () => journal.close(1_000));
  const waiting = journal.tail.newer(0, 60_000);
  journal.write('one', {});
  await waiting;
  for (let index = 0; index < 3 * MAX_TAIL_ENTRIES; index += 1) journal.write('more', {});
  assert.equal(journal.tail.after(0, 1_000_000).length, MAX_TAIL_ENTRIES);
  assert.deepEqual(
    journal.tail.after(journal.tail.lastSeq() - 2, 10).map(({ seq }) => seq),
    [3 * MAX_TAIL_ENTRIES, 3 * MAX_TAIL_ENTRIES + 1],
  );
});
