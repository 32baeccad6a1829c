import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedCore } from '../../../test/world/pump.ts';
import type { Core } from '../state.ts';
import { MAX_OPEN_REPORTS } from '../wire/records.ts';
import {
  begin,
  dropMasterReports,
  end,
  endOthers,
  endSiteStart,
  heritageOf,
  inherit,
  noteHeritage,
} from './book.ts';
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

function master(term = 1): Core {
  const core = connectedCore();
  inherit(core, { term, sawPreviousHolder: true });
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
  const former = master(4);
  begin(former, 'host/h3/isolated', text('lost'));
  const core = connectedCore();
  noteHeritage(core, [
    heritageOf(former.reports),
    { term: 3, sequence: 9, open: [{ cause: 'host/h9/failed', severity: 'critical' }] },
  ]);
  inherit(core, { term: 5, sawPreviousHolder: true });
  begin(core, 'host/h3/isolated', text('lost'));
  assert.deepEqual(told(core), []);
  end(core, 'host/h3/isolated', 'back');
  end(core, 'host/h9/failed', 'older, and ended by its successor');
  assert.deepEqual(told(core), ['end host/h3/isolated']);
});

void test('a claim carries on what the last holder had open, which stays as old as it is', () => {
  const former = master(4);
  const claimant = connectedCore();
  begin(former, 'partition', text('split', 'critical'));
  noteHeritage(claimant, [heritageOf(former.reports)]);
  const copy = heritageOf(claimant.reports);
  assert.deepEqual(copy.open, [{ cause: 'partition', severity: 'critical' }]);
  end(former, 'partition', 'whole');
  begin(former, 'host/h3/isolated', text('lost'));
  for (const seen of [
    [copy, heritageOf(former.reports)],
    [heritageOf(former.reports), copy],
  ]) {
    const core = connectedCore();
    noteHeritage(core, seen);
    assert.deepEqual(heritageOf(core.reports), heritageOf(former.reports));
  }
});

void test('a master that comes again goes on with its own, unless somebody was master meanwhile', () => {
  for (const between of [false, true]) {
    const core = master(5);
    begin(core, 'partition', text('split'));
    begin(core, 'volume/h1/a', text('hung'), false);
    dropMasterReports(core);
    if (between) noteHeritage(core, [{ term: 6, sequence: 0, open: [] }]);
    inherit(core, { term: 7, sawPreviousHolder: true });
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
  const carried = heritageOf(core.reports).open;
  assert.equal(carried.length, MAX_OPEN_REPORTS);
  assert.equal(carried[0]?.cause, 'host/h99/failed');
  assert.ok(!carried.some(({ cause }) => cause.startsWith('volume/')));
});

void test('a site start is one for the next master, too, until every host was seen', () => {
  const former = connectedCore();
  inherit(former, { term: 4, sawPreviousHolder: false });
  const next = (): Core => {
    const core = connectedCore();
    noteHeritage(core, [heritageOf(former.reports)]);
    inherit(core, { term: 5, sawPreviousHolder: true });
    return core;
  };
  assert.equal(next().reports.siteStart, true);
  const before = heritageOf(former.reports);
  endSiteStart(former);
  assert.equal(next().reports.siteStart, false);
  const core = connectedCore();
  noteHeritage(core, [heritageOf(former.reports), before]);
  assert.equal(heritageOf(core.reports).siteStart, undefined, 'its end is newer');
});
