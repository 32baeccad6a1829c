/** A slave with an order, and what it finds when it looks at the volumes and at nova. */
import assert from 'node:assert/strict';
import type { Result } from '../../src/core/input.ts';
import type {
  CloudAnswer,
  CloudCall,
  CloudFailure,
  Migration,
  Server,
} from '../../src/core/recovery/cloud.ts';
import { executeOrder } from '../../src/core/recovery/executor.ts';
import type { OrderOutcome, RestartOrder } from '../../src/core/recovery/orders.ts';
import type { Core } from '../../src/core/state.ts';
import type { CellObservation, SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import type { IncidentRecord, Intent } from '../../src/core/wire/records.ts';
import { ADDRESS, header, incidentRecord, order, seat, server, slot } from './fixtures.ts';
import { type Asked, connectedCore, Pump, type Script } from './pump.ts';

/** What the slave h2 finds when it looks. */
export interface Found {
  seats: readonly SeatObservation[] | null;
  slots: readonly SlotObservation[];
  incident: IncidentRecord | null;
  /** Records of other hosts. */
  others: readonly IncidentRecord[];
  rows: readonly Migration[] | null;
  server: Server | null;
  /** Null: no answer. */
  evacuate: 'ok' | CloudFailure['code'] | null;
  writes: boolean;
}

export const cell = (body: IncidentRecord): CellObservation => ({
  state: 'read',
  index: 18,
  slot: 9,
  which: 0,
  host: 'h1',
  header: header({ kind: 'cell' }),
  body,
  bodyBoot: '',
  authentic: true,
});

export const asFound = (more: Partial<Found> = {}): Found => ({
  seats: [seat('h1', 1, {}, 10)],
  slots: [slot('h9', 9, { counter: 50 })],
  incident: incidentRecord(),
  others: [],
  rows: [],
  server: server('vm'),
  evacuate: 'ok',
  writes: true,
  ...more,
});

const failure = (code: CloudFailure['code']): CloudFailure => ({
  code,
  service: 'nova',
  status: code === 'server-error' ? 503 : null,
  requestId: null,
  detail: code,
});

function askNova({ call, ...about }: CloudCall, found: Found): CloudAnswer | null {
  assert.ok('vm' in about && about.vm === 'vm');
  const refused = { call, ok: false, failure: failure('server-error') } as const;
  if (call === 'list-migrations')
    return found.rows === null ? refused : { call, ok: true, value: found.rows };
  if (call === 'get-server') return found.server === null ? refused : { call, ok: true, value: found.server };
  assert.equal(call, 'evacuate', 'a slave asks nothing else');
  if (found.evacuate === null) return null;
  if (found.evacuate === 'ok') return { call: 'evacuate', ok: true, value: { requestId: null } };
  return { call: 'evacuate', ok: false, failure: failure(found.evacuate) };
}

export function script(found: Found): Script {
  const result = (effect: Asked, core: Core): Result | null => {
    const times = { ok: true as const, begunMs: core.now, endedMs: core.now };
    if (effect.do === 'write-body') return found.writes ? { of: 'write-body', ...times } : null;
    if (effect.do === 'read-volume') {
      if (found.seats === null) return { of: 'read-volume', ok: false, volume: 'a', detail: 'no' };
      const cells = [...(found.incident === null ? [] : [found.incident]), ...found.others].map(cell);
      return { of: 'read-volume', ...times, seats: found.seats, slots: found.slots, cells };
    }
    const answer = effect.do === 'cloud' ? askNova(effect.call, found) : null;
    return answer === null ? null : { of: 'cloud', answer };
  };
  return (effect, core) => {
    const value = result(effect, core);
    return value === null ? null : { result: value };
  };
}

export function slave(found: Found, more: Parameters<typeof connectedCore>[0] = {}): Pump {
  const core = connectedCore({ host: 'h2', agent: 'h2-agent', ...more });
  core.link.master = { host: 'h1', address: ADDRESS, term: 1 };
  core.link.echoMs = core.now;
  return new Pump(core, script(found));
}

const outcomes = (pump: Pump): readonly OrderOutcome[] =>
  pump.did('answer').flatMap(({ answer }) => (answer.to === 'restart' ? [answer.outcome] : []));

/** Gives the slave an order and waits for its outcome. */
export function execute(pump: Pump, more: Partial<RestartOrder> = {}, withinMs = 100_000): OrderOutcome {
  const before = outcomes(pump).length;
  if (pump.core.link.echoMs !== null) pump.core.link.echoMs = pump.core.now;
  executeOrder(pump.core, 1, order(more));
  pump.pass(withinMs, () => outcomes(pump).length > before);
  return outcomes(pump).at(-1) ?? assert.fail('no outcome');
}

export const posts = (pump: Pump): number =>
  pump.did('cloud').filter(({ call }) => call.call === 'evacuate').length;
export const intents = (pump: Pump): readonly Intent[] => [...pump.core.executor.intents.values()];
