import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedCore, Pump } from '../../../test/world/pump.ts';
import type { DeclaredMaintenance } from '../wire/records.ts';
import { watchOwnReboot } from '../evidence/own-reboot.ts';
import { changeMaintenance } from './maintenance.ts';

const DECLARED: DeclaredMaintenance = { by: 'ann', why: null, recover: false };

void test('a word that could not be written is overruled by a newer one: what was so before', () => {
  let takesWrites = true;
  const core = connectedCore();
  const pump = new Pump(core, (effect) => {
    assert.equal(effect.do, 'write-body');
    const times = { begunMs: core.now, endedMs: core.now };
    return takesWrites ? { result: { of: 'write-body', ok: true, ...times } } : null;
  });
  const change = (declared: DeclaredMaintenance | null): boolean | undefined =>
    pump.run(changeMaintenance(core, declared), 10_000)?.ok;
  const says = () => pump.did('write-body').at(-1)?.body.maintenance;

  takesWrites = false;
  assert.equal(change(DECLARED), false);
  assert.deepEqual(says(), { sequence: 2, declared: DECLARED });
  assert.deepEqual(core.maintenance, { sequence: 3, declared: null });
  takesWrites = true;
  assert.equal(change(DECLARED), true);
  assert.deepEqual(core.maintenance, { sequence: 4, declared: DECLARED });
  takesWrites = false;
  assert.equal(change(null), false);
  assert.deepEqual(says(), { sequence: 5, declared: null });
  assert.deepEqual(core.maintenance, { sequence: 6, declared: DECLARED });
});

void test('a word that could not be written has planned no reboot', () => {
  const reboot = { unjudged: 'former-boot', sequence: 1, sinceMs: 0 };
  for (const takesWrites of [false, true]) {
    const core = connectedCore();
    core.ownReboot = reboot;
    const pump = new Pump(core, () => {
      const times = { begunMs: core.now, endedMs: core.now };
      watchOwnReboot(core);
      return takesWrites ? { result: { of: 'write-body', ok: true, ...times } } : null;
    });
    pump.run(changeMaintenance(core, DECLARED), 10_000);
    assert.equal(core.ownReboot.unjudged, 'former-boot', 'while it is being written');
    watchOwnReboot(core);
    assert.equal(core.ownReboot.unjudged, takesWrites ? null : 'former-boot');
  }
});
