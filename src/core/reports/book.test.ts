import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seat } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import type { Core } from '../state.ts';
import { MAX_OPEN_REPORTS } from '../wire/records.ts';
import { begin, dropMasterReports, end, endOthers, inherit, noteHeritage, openForSeat } from './book.ts';
import type { Report } from './report.ts';

const text = (title: string, severity: Report['severity'] = 'warning') => ({
  severity,
  host: 'h3',
  title,
  rule: null,
  evidence: {},
  advice: null,
});

function told(core: Core): readonly string[] {
  return core.outbox
    .splice(0)
    .flatMap((effect) => (effect.do === 'report' ? [`${effect.report.state} ${effect.report.cause}`] : []));
}

function master(): Core {
  const core = connectedCore();
  inherit(core);
  return core;
}

void test('begun once, updated when its words change, ended once', () => {
  const core = master();
  for (const title of ['lost', 'lost', 'lost', 'lost more', 'lost more'])
    begin(core, 'host/h3/isolated', text(title));
  end(core, 'host/h3/isolated', 'back');
  end(core, 'host/h3/isolated', 'back');
  end(core, 'never/begun', 'back');
  const [first, second, third, ...rest] = told(core);
  assert.deepEqual(
    [first, second, third, rest],
    ['begin host/h3/isolated', 'update host/h3/isolated', 'end host/h3/isolated', []],
  );
});

void test('ends what is not kept, and nothing of another host whose name begins alike', () => {
  const core = master();
  for (const cause of ['host/h3/isolated', 'host/h3/degraded', 'host/h33/isolated'])
    begin(core, cause, text(cause));
  told(core);
  endOthers(core, 'host/h3/', ['host/h3/degraded'], () => 'over');
  assert.deepEqual(told(core), ['end host/h3/isolated']);
});

void test('a new master goes on with the reports of the last one: no second begin, but an end', () => {
  const former = master();
  begin(former, 'host/h3/isolated', text('lost'));
  const core = connectedCore();
  noteHeritage(core, [
    seat('h2', 2, { term: 4, openReports: openForSeat(former.reports) }).body,
    seat('h4', 4, { term: 3, openReports: [{ cause: 'host/h9/failed', severity: 'critical' }] }).body,
  ]);
  inherit(core);
  begin(core, 'host/h3/isolated', text('lost'));
  assert.deepEqual(told(core), []);
  end(core, 'host/h3/isolated', 'back');
  end(core, 'host/h9/failed', 'older, and ended by its successor');
  assert.deepEqual(told(core), ['end host/h3/isolated']);
});

void test('a claim carries on what the last holder had open, also one that fails', () => {
  const core = connectedCore();
  const open = [{ cause: 'partition', severity: 'critical' }] as const;
  noteHeritage(core, [seat('h2', 2, { term: 4, openReports: open }).body]);
  assert.deepEqual(openForSeat(core.reports), open);
  noteHeritage(core, [seat('h3', 3, { term: 3 }).body]);
  assert.deepEqual(openForSeat(core.reports), open, 'an older seat says nothing');
});

void test('a master that comes again goes on with its own, unless somebody was master meanwhile', () => {
  for (const between of [false, true]) {
    const core = master();
    begin(core, 'partition', text('split'));
    begin(core, 'volume/h1/a', text('hung'), false);
    dropMasterReports(core, 5);
    if (between) noteHeritage(core, [seat('h2', 2, { term: 6 }).body]);
    inherit(core);
    told(core);
    begin(core, 'partition', text('split'));
    assert.deepEqual(told(core), between ? ['begin partition'] : []);
    end(core, 'volume/h1/a', 'well');
    assert.deepEqual(told(core), ['end volume/h1/a'], 'its own are its own');
  }
});

void test('the seat carries the most severe, without this host’s own, no more than it can hold', () => {
  const core = master();
  begin(core, 'volume/h1/a', text('hung'), false);
  for (let n = 0; n < MAX_OPEN_REPORTS; n += 1) begin(core, `host/h${n}/degraded`, text('volume a'));
  begin(core, 'host/h99/failed', text('failed', 'critical'));
  const carried = openForSeat(core.reports);
  assert.equal(carried.length, MAX_OPEN_REPORTS);
  assert.equal(carried[0]?.cause, 'host/h99/failed');
  assert.ok(!carried.some(({ cause }) => cause.startsWith('volume/')));
});
