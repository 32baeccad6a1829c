/** The judge of the guests' files is what every case relies on, so it is itself put to the test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disturbances, doubles, judgeGuest } from './rig/guests.ts';

interface Life {
  readonly host: string;
  readonly pid: number;
  readonly fromMs: number;
  readonly count: number;
}

const lines = ({ host, pid, fromMs, count }: Life): string =>
  Array.from({ length: count }, (_, n) => `${host} ${n + 1} ${(fromMs + n * 200) * 1e6} ${pid}\n`).join('');

const h1 = { host: 'h1', pid: 10, fromMs: 1000, count: 20 };

void test('one process without a gap is undisturbed', () => {
  const guest = judgeGuest('vm', lines(h1));
  assert.deepEqual([disturbances(guest), doubles(guest)], [[], []]);
  assert.equal(guest.largestGapMs, 200);
});

void test('a second process after the first is a move, not a double', () => {
  const guest = judgeGuest('vm', lines(h1) + lines({ host: 'h2', pid: 11, fromMs: 9000, count: 5 }));
  assert.deepEqual(doubles(guest), []);
  assert.equal(disturbances(guest).length, 2);
  assert.equal(guest.largestGapMs, 4200);
});

void test('two hosts in the same period are a double, even if one of them wrote only once', () => {
  const guest = judgeGuest('vm', lines(h1) + lines({ host: 'h2', pid: 11, fromMs: 2100, count: 1 }));
  assert.equal(doubles(guest).length, 1);
});

void test('two processes of one host are a double as well', () => {
  const guest = judgeGuest('vm', lines(h1) + lines({ host: 'h1', pid: 11, fromMs: 2100, count: 3 }));
  assert.equal(doubles(guest).length, 1);
});

void test('a lost line shows in the counter', () => {
  const guest = judgeGuest('vm', lines(h1).replace('h1 7 2200000000 10\n', ''));
  assert.equal(disturbances(guest).length, 1);
});

void test('a pause of the process shows as a gap', () => {
  const guest = judgeGuest('vm', `${lines(h1)}h1 21 9000000000 10\n`);
  assert.equal(disturbances(guest).length, 1);
});
