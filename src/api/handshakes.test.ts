import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { MAX_SENDERS_KNOWN, watchHandshakes } from './handshakes.ts';

/** A connection on which this host has sent so much. */
function connection(bytesWritten: number): Socket {
  return Object.defineProperty(new Socket(), 'bytesWritten', { value: bytesWritten });
}
const scan = connection(0);
const begun = connection(1_388);

void test('a stranger that breaks off is told at once, a scan never', () => {
  const handshakes = watchHandshakes(() => assert.fail());
  assert.equal(handshakes.broken('10.0.0.9', scan), false);
  assert.equal(handshakes.broken('10.0.0.9', begun), true);
});

void test('a host of this cluster that gives up now and then is not told, but one that got other keys is', () => {
  const handshakes = watchHandshakes(() => assert.fail());
  const breaks = (count: number) =>
    Array.from({ length: count }, () => handshakes.broken('10.0.0.2', begun)).filter(Boolean).length;
  handshakes.finished('10.0.0.2');
  assert.equal(breaks(4), 0);
  handshakes.finished('10.0.0.2');
  assert.equal(breaks(4), 0);
  assert.equal(breaks(2), 2);
});

void test('no more senders are kept than the limit, which is counted', () => {
  let limits = 0;
  const handshakes = watchHandshakes(() => {
    limits += 1;
  });
  for (let i = 0; i <= MAX_SENDERS_KNOWN; i += 1) handshakes.finished(`ip${i}`);
  handshakes.finished('ip5');
  assert.equal(limits, 1);
  assert.equal(handshakes.broken('ip0', begun), true, 'the oldest was forgotten');
  assert.equal(handshakes.broken('ip1', begun), false);
});
