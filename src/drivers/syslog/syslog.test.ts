import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Report } from '../../core/reports/report.ts';
import { MESSAGE_BYTES_MAX, syslogMessage } from './format.ts';
import { createSyslog } from './syslog.ts';
import { tryLogger, tryUdp } from './try-syslog.ts';

const report: Report = {
  cause: 'host/h3/isolated',
  state: 'begin',
  severity: 'critical',
  host: 'h3',
  title: 'h3 is isolated',
  rule: 'rule 9: hears\nnobody',
  evidence: {},
  advice: 'look at its cable',
};

void test('a report is one RFC 5424 message over UDP', { timeout: 10_000 }, async (t) => {
  const receiver = createSocket('udp4');
  t.after(() => receiver.close());
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const counted: string[] = [];
  const target = `udp:127.0.0.1:${receiver.address().port}`;
  const sink = createSyslog({ target, host: 'h1', count: (event) => counted.push(event) });
  assert.ok(sink !== null);
  const got = once(receiver, 'message');
  sink.deliver(report);
  const [bytes]: unknown[] = await got;
  assert.ok(bytes instanceof Buffer);
  assert.match(
    bytes.toString(),
    /^<26>1 \d{4}-\d\d-\d\dT[\d:.]+Z h1 vigil \d+ report - begin host\/h3\/isolated: h3 is isolated \| rule: rule 9: hears nobody \| advice: look at its cable$/,
  );
  await sink.close(1_000);
  assert.deepEqual(counted, ['sent']);
  sink.deliver(report);
  assert.deepEqual(counted, ['sent', 'dropped']);
});

void test('a message is cut at its limit and between characters', () => {
  const message = syslogMessage(
    { ...report, title: 'ä'.repeat(5000) },
    { host: 'h1', pid: 1, at: new Date(0) },
  );
  assert.ok(message.length <= MESSAGE_BYTES_MAX && message.length > MESSAGE_BYTES_MAX - 4);
  assert.doesNotMatch(message.toString(), /\ufffd/);
});

/** A folder in which alone programs are found until the end of the test. */
function ownPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-syslog-'));
  const path = process.env['PATH'];
  t.after(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });
  process.env['PATH'] = folder;
  return folder;
}

function writeLogger(folder: string, script: string): void {
  writeFileSync(join(folder, 'logger'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

void test('locally the text goes through standard input, in order, and never on a command line', {
  timeout: 20_000,
}, async (t) => {
  const folder = ownPath(t);
  writeLogger(folder, `echo "args: $*" >> ${folder}/out\n/bin/cat >> ${folder}/out`);
  const counted: string[] = [];
  const sink = createSyslog({ target: 'local', host: 'h1', count: (event) => counted.push(event) });
  assert.ok(sink !== null);
  sink.deliver({ ...report, title: 'first' });
  sink.deliver({ ...report, title: 'second', severity: 'info', state: 'end' });
  await sink.close(10_000);
  assert.deepEqual(counted, ['sent', 'sent']);
  const lines = readFileSync(join(folder, 'out'), 'utf8').split('\n');
  assert.match(lines[0] ?? '', /^args: --tag vigil --priority daemon\.crit --size 2048 --socket-errors=on$/);
  assert.match(lines[1] ?? '', /^begin .*first/);
  assert.match(lines[3] ?? '', /^end .*second/);
});

void test('the way through logger is tried as it is used, without a message', {
  timeout: 20_000,
}, async (t) => {
  const folder = ownPath(t);
  assert.equal(await tryLogger(), 'the program logger is not installed');
  writeLogger(folder, `echo "$*" > ${folder}/args`);
  assert.equal(await tryLogger(), null);
  assert.match(readFileSync(join(folder, 'args'), 'utf8'), /^--tag vigil .* --socket-errors=on --no-act\n$/);
  writeLogger(folder, 'echo "logger: socket /dev/log: No such file" >&2; exit 1');
  assert.equal(await tryLogger(), 'logger: socket /dev/log: No such file');
  writeLogger(folder, 'exit 7');
  assert.equal(await tryLogger(), 'logger ended with 7');
});

void test('over UDP a refusal is heard, and silence is all that a receiver gives', {
  timeout: 10_000,
}, async () => {
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const target = { ip: '127.0.0.1', port: receiver.address().port };
  assert.equal(await tryUdp(target), null);
  receiver.close();
  await once(receiver, 'close');
  assert.equal(await tryUdp(target), 'ECONNREFUSED');
  assert.equal(await tryUdp({ ip: '255.255.255.255', port: 514 }), 'EACCES');
});

void test('off is no sink', () => {
  assert.equal(createSyslog({ target: 'off', host: 'h1', count: () => undefined }), null);
});
