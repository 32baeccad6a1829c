import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../core/reports/report.ts';
import type { SinkEvent } from '../journal/report-sink.ts';
import { createKeepers, MAX_REPORTS_OPEN } from './keepers.ts';
import type { PeerAnswer } from './peer-client.ts';

const report = (cause: string): Report => ({
  cause,
  state: 'begin',
  severity: 'critical',
  host: 'h9',
  title: 'h9 failed',
  rule: null,
  evidence: {},
  advice: null,
});
const at = (host: string) => ({ host, ip: '127.0.0.1', apiPort: 1 });
const kept: PeerAnswer = { kind: 'answer', status: 200, body: {} };

function keepers(hosts: readonly string[], answer: (host: string) => Promise<PeerAnswer>) {
  const [asked, events]: [string[], SinkEvent[]] = [[], []];
  const sink = createKeepers({
    peers: {
      call: async ({ host }) => {
        asked.push(host);
        return await answer(host);
      },
    },
    choose: () => hosts.map(at),
    count: (event) => events.push(event),
  });
  return { asked, events, sink };
}

void test('a report of an incident goes to two hosts, past those that do not take it', async () => {
  const { asked, events, sink } = keepers(['h2', 'h3', 'h4', 'h5'], (host) =>
    Promise.resolve(host === 'h3' ? { kind: 'no-answer', detail: 'hangs' } : kept),
  );
  sink.deliver(report('incident/h9'));
  await sink.close(5_000);
  assert.deepEqual(asked, ['h2', 'h3', 'h4']);
  assert.deepEqual(events, ['sent', 'failed', 'sent']);
});

void test('other reports stay where they are', async () => {
  const { asked, sink } = keepers(['h2'], () => Promise.resolve(kept));
  sink.deliver(report('host/h9/isolated'));
  await sink.close(5_000);
  assert.deepEqual(asked, []);
});

void test('more than the limit at once are dropped and counted; closing waits no longer than it is told', async () => {
  const { asked, events, sink } = keepers(['h2'], () => new Promise(() => {}));
  for (let n = 0; n <= MAX_REPORTS_OPEN; n += 1) sink.deliver(report('incident/h9'));
  await sink.close(1);
  assert.equal(asked.length, MAX_REPORTS_OPEN);
  assert.deepEqual(events, ['dropped']);
});
