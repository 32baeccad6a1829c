import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { kernelDrops } from './kernel-drops.ts';

const SMALL_BYTES = 1;

void test('what the kernel drops of a full socket is counted, for that port alone', async () => {
  const sender = createSocket('udp4');
  const receiver = createSocket({ type: 'udp4', recvBufferSize: SMALL_BYTES });
  try {
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address();
    assert.equal(kernelDrops(port), 0);
    sender.bind(0, '127.0.0.1');
    await once(sender, 'listening');
    const send = () =>
      new Promise<void>((resolve) => sender.send(Buffer.alloc(1_000), port, '127.0.0.1', () => resolve()));
    // Nobody reads while this loop has the only thread; the kernel has room for a few.
    const all = Array.from({ length: 200 }, send);
    await Promise.all(all);
    assert.ok(kernelDrops(port) > 0, 'nothing was dropped');
    assert.equal(kernelDrops(sender.address().port), 0);
  } finally {
    receiver.close();
    sender.close();
  }
});
