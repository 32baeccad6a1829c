/** What agents ask of each other: orders and all the rest. */
import { PATHS } from '../../src/drivers/orders/contract.ts';
import type { Sample } from './http-requests.ts';

export const SECRET = 'gAAAA-secret';
export const token = {
  token: SECRET,
  expiresAt: '2030-01-01T00:00:00Z',
  novaUrl: 'http://10.0.0.5/v2.1',
  microversion: '2.95',
};
const position = { volumeUuid: '0f8fad5b-d9cb-469f-a165-70867728950e', incarnation: 5, counter: 7 };
export const order = {
  id: 'o1',
  term: 3,
  master: 'm',
  incident: 'i1',
  victim: 'x',
  vm: 'vm1',
  attempt: 1,
  deadRows: [4, 5],
  mustBeSilent: [{ host: 'y', incident: 'i2', lastSeen: [position], isConfirmed: false }],
  lastSeen: [position],
  leaseSeen: [{ ...position, seat: 1 }],
  agent: '00000000000000aa',
  validRenewals: 10,
};
export const report = {
  cause: 'incident/x',
  state: 'begin',
  severity: 'critical',
  host: 'x',
  title: 'x failed',
  rule: null,
  evidence: { rows: [1, 2], why: { network: 'lost' } },
  advice: null,
};
/** `path` with this body and the version. */
export const post = (path: string, body: object): Sample => ({
  method: 'POST',
  path,
  body: { version: 1, ...body },
});
export const samples: readonly Sample[] = [
  post(PATHS.restart, { order, token }),
  post(PATHS.restart, { order, token }),
  post(PATHS.restart, { order: { ...order, master: 'x' }, token }),
  post(PATHS.probe, { target: { host: 'x', ip: '10.0.0.3', apiPort: 7411 } }),
  post(PATHS.probe, { target: { isolation: 'tcp:10.0.0.1:53' } }),
  post(PATHS.confirmDead, { host: 'x', by: 'ann' }),
  post(PATHS.reports, { report }),
  { method: 'GET', path: PATHS.status, body: null },
  { method: 'GET', path: PATHS.alive, body: null },
];
