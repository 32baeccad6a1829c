import assert from 'node:assert/strict';
import { test } from 'node:test';
import { header, incidentRecord } from '../../../test/world/fixtures.ts';
import { connectedCore, Pump, type Script } from '../../../test/world/pump.ts';
import type { IncidentRecord } from '../wire/records.ts';
import { gate } from './gate.ts';

/** What the gate says, where this host's own cells tell so. */
function opens(change: Partial<IncidentRecord> | null): boolean {
  const core = connectedCore();
  const { host, boot } = core.settings;
  const slot = core.leaseVolumes[0]?.slotIndex ?? assert.fail();
  const body = incidentRecord({ victim: host, victimBoot: boot, ...change });
  const cell = {
    state: 'read',
    index: 0,
    slot,
    which: 0,
    host: 'h2',
    bodyBoot: '',
    authentic: true,
  } as const;
  const script: Script = (effect) => {
    if (effect.do !== 'read-volume') return null;
    const cells = change === null ? [] : [{ ...cell, header: header({ kind: 'cell' }), body }];
    const times = { begunMs: core.now, endedMs: core.now };
    return { result: { of: 'read-volume', ok: true, ...times, seats: [], slots: [], cells } };
  };
  return new Pump(core, script).run(gate(core), 10_000)?.open ?? assert.fail();
}

void test('shut from the declaration until the evacuations are settled', () => {
  const open = ['declared', 'proving', 'evacuating', 'returning', 'closed'] as const;
  assert.deepEqual(
    open.filter((phase) => opens({ phase })),
    ['returning', 'closed'],
  );
  assert.equal(opens(null), true);
});

void test('open where nova waits for it: this life was called failed, nothing was sent, and the flag stays', () => {
  const waitsFor = { phase: 'proving', hold: 'force-up-refused' } as const;
  assert.equal(opens(waitsFor), true);
  assert.equal(opens({ ...waitsFor, hold: 'no-proof' }), false);
  assert.equal(opens({ ...waitsFor, phase: 'evacuating' }), false);
  assert.equal(opens({ ...waitsFor, victimBoot: 'f'.repeat(32) }), false, 'a former life');
});
