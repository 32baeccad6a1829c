import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { freePort, listening } from '../../../test/listening.ts';
import { parseConfig } from '../../config/load.ts';
import { makeTestCluster } from '../../drivers/tls/testing.ts';
import { checkReports } from './check-reports.ts';
import type { Finding } from './finding.ts';

async function check(reports: string): Promise<readonly Finding[]> {
  const loaded = parseConfig(
    'f',
    `cluster: {name: blue}
host: {name: h1, address: 10.0.0.11, eligible: false}
volumes: [{name: a, path: /a, role: lease}]
recovery: {accept_proofs: []}
reports: {${reports}}
`,
  );
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return checkReports(loaded.config);
}

void test('each webhook is tried, and told by its key and never by its URL', {
  timeout: 20_000,
}, async (t) => {
  const blue = await makeTestCluster('blue', ['h1'], ['h1']);
  t.after(() => blue.remove());
  const { cert, key } = blue.keys('h1').tls;
  const ofUnknownAuthority = createTlsServer({ cert, key });
  ofUnknownAuthority.on('tlsClientError', () => undefined);
  const urls = [
    `http://127.0.0.1:${await listening(t)}/hidden`,
    `https://127.0.0.1:${await listening(t, ofUnknownAuthority)}/hidden`,
    `http://ann:hidden@127.0.0.1:${await freePort()}/hidden`,
    'http://hidden.invalid/hidden',
  ];
  const findings = await check(`syslog: off, webhooks: [${urls.map((url) => `{url: "${url}"}`).join()}]`);
  assert.deepEqual(
    findings.map(({ what, ok }) => [what, ok]),
    [
      ['reports.webhooks[0]', true],
      ['reports.webhooks[1]', false],
      ['reports.webhooks[2]', false],
      ['reports.webhooks[3]', false],
    ],
  );
  const [taken, untrusted, refused, unknown] = findings;
  assert.match(taken?.detail ?? '', /^takes connections; no report was sent/);
  assert.match(untrusted?.detail ?? '', /^TLS fails \([A-Z_]+\)$/);
  assert.match(untrusted?.remedy ?? '', /NODE_EXTRA_CA_CERTS/);
  assert.equal(refused?.detail, 'cannot be reached (ECONNREFUSED)');
  assert.equal(refused?.remedy, 'start the receiver, or correct reports.webhooks[2].url');
  assert.match(unknown?.detail ?? '', /^the name of its host cannot be resolved here \(E[A-Z_]+\)$/);
  assert.doesNotMatch(JSON.stringify(findings), /hidden/);
});

void test('syslog over UDP is tried where it is wanted', { timeout: 20_000 }, async () => {
  assert.deepEqual(await check('syslog: off'), []);
  const target = `udp:127.0.0.1:${await freePort()}`;
  const [refused] = await check(`syslog: "${target}"`);
  assert.equal(refused?.ok, false);
  assert.equal(refused.detail, `${target}: nothing listens there (ECONNREFUSED)`);
});
