import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord } from '../../../test/world/fixtures.ts';
import { setUp } from '../../../test/world/planning.ts';
import { Pump } from '../../../test/world/pump.ts';
import { createHostEvidence } from '../evidence/host.ts';
import { declareIncident } from '../master/declare.ts';
import { factsOf } from '../verdict/facts-now.ts';
import { writeProof, writeRecord } from './incident.ts';

function scene() {
  const at = setUp();
  at.core.lease = {
    phase: 'holding',
    term: 1,
    renewedMs: new Map([['a', at.core.now]]),
    sawPreviousHolder: true,
  };
  const evidence = createHostEvidence('h9');
  evidence.slotIndex.set('uuid-a', 9);
  at.core.hosts.set('h9', evidence);
  at.incident.record = incidentRecord({ sequence: 4 });
  let fails = false;
  const pump = new Pump(at.core, (effect) => {
    if (effect.do !== 'write-cell') return null;
    return fails
      ? { result: { of: 'write-cell', ok: false, volume: 'a', detail: 'no' } }
      : { result: { of: 'write-cell', ok: true } };
  });
  const write = (well: boolean) => {
    fails = !well;
    const before = pump.did('write-cell').length;
    pump.run(writeRecord(at.core, at.master, at.incident, {}), 5_000);
    const [first, second] = pump.did('write-cell').slice(before);
    const { which, record } = first ?? assert.fail();
    return { cell: which, sequence: record.sequence, other: second?.record.sequence ?? null };
  };
  return { ...at, evidence, write };
}

void test('a record is written to both cells; after a failed write the next begins with the same one', () => {
  const { write } = scene();
  const first = write(true);
  assert.equal(first.other, first.sequence);
  const failed = write(false);
  const retried = write(false);
  const again = write(true);
  assert.notEqual(failed.cell, first.cell);
  assert.equal(failed.other, null, 'the last good one stays in the other');
  assert.deepEqual([retried.cell, again.cell], [failed.cell, failed.cell]);
  assert.notEqual(write(true).cell, again.cell);
  assert.ok(first.sequence < failed.sequence && failed.sequence < retried.sequence);
});

void test('the record of a further incident of a host counts above those of the former one', () => {
  const { core, master, evidence, write } = scene();
  const last = write(true);
  master.incidents.delete('h9');
  declareIncident(core, master, evidence, factsOf(core, evidence), { confirmedBy: null, former: null });
  const record = master.incidents.get('h9')?.record ?? assert.fail();
  assert.ok(record.sequence >= last.sequence, `${record.sequence} after ${last.sequence}`);
});

void test('Q of what a dead host may have sent counts from its proof, not from its verdict', () => {
  const { core, master, incident, write } = scene();
  const declaredMs = incident.provenMs;
  core.now += 40_000;
  write(true);
  assert.equal(incident.provenMs, declaredMs, 'any other record');
  const pump = new Pump(core, (effect) =>
    effect.do === 'write-cell' ? { result: { of: 'write-cell', ok: true } } : null,
  );
  pump.run(writeRecord(core, master, incident, { proof: 'operator' }), 5_000);
  assert.ok(incident.provenMs >= declaredMs + 40_000);
});

void test('a proof of a silence is over at once if the host shows life while it is written', () => {
  const isOver = (signs: number): boolean => {
    const { core, master, incident } = scene();
    const pump = new Pump(core, (effect) => {
      if (effect.do !== 'write-cell') return null;
      incident.lifeSigns += signs;
      return { result: { of: 'write-cell', ok: true } };
    });
    assert.equal(pump.run(writeProof(core, master, incident, { proof: 'silence' }), 5_000), true);
    return incident.isProofOver;
  };
  assert.equal(isOver(1), true);
  assert.equal(isOver(0), false);
});
