import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusTold } from '../api/cluster-questions.ts';
import { whyNotTold } from './render-status.ts';

const told: StatusTold = {
  status: {
    cluster: 'blue',
    host: 'h1',
    role: 'slave',
    master: { host: 'h2', ip: '10.0.0.12', apiPort: 7411 },
    term: 3,
    holds: [],
    volumes: [],
    hosts: [],
    incidents: [],
  },
  source: 'own',
  note: 'master h2 does not answer: ECONNREFUSED',
};

void test('a slave says who knows hosts and VMs, instead of an empty list', () => {
  assert.equal(
    whyNotTold(told),
    'only the master knows hosts and VMs: h2, 10.0.0.12; master h2 does not answer: ECONNREFUSED',
  );
  assert.match(whyNotTold({ ...told, status: { ...told.status, master: null } }) ?? '', /knows no master$/);
  assert.equal(whyNotTold({ ...told, status: { ...told.status, role: 'master' }, note: null }), null);
});
