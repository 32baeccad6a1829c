import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, slotBody } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import type { Core } from '../state.ts';
import type { SlotBody } from '../wire/records.ts';
import { createHostEvidence } from './host.ts';
import { noteOwnSlot, toldReboot, watchOwnReboot } from './own-reboot.ts';

const NOW_BOOT = connectedCore().settings.boot;

type Slot = readonly [boot: string, sequence: number, more?: Partial<SlotBody>];

function read(...slots: readonly Slot[]): Core {
  const core = connectedCore();
  for (const [boot, sequence, more] of slots)
    noteOwnSlot(core, slotBody('h1', { agent: 'former-agent', sequence, ...more }), boot);
  return core;
}
const unjudged = (...slots: readonly Slot[]): string | null => read(...slots).ownReboot.unjudged;

void test('a boot that ended without a word is one, by what the host said last of all', () => {
  const leaving = { why: 'reboot', expiresMs: 600_000 } as const;
  assert.equal(unjudged(), null);
  assert.equal(unjudged(['one', 5]), 'one');
  assert.equal(unjudged(['one', 5, { leaving }]), null);
  assert.equal(unjudged(['one', 5], ['two', 9, { leaving }]), null);
  assert.equal(unjudged(['two', 9], ['one', 5]), 'two', 'a volume that was out of reach in that boot');
  assert.equal(unjudged([NOW_BOOT, 9, { unjudged: 'one' }]), 'one', 'its agent was restarted meanwhile');
  assert.equal(unjudged([NOW_BOOT, 9], ['one', 5]), null);
});

void test('a host without VMs has nothing to be looked after', () => {
  const core = connectedCore({ role: 'control' });
  noteOwnSlot(core, slotBody('h1', { agent: 'former-agent' }), 'one');
  assert.equal(core.ownReboot.unjudged, null);
});

void test('it is seen to by an incident of that boot; not by one that was a mistake, nor by one that may end without it', () => {
  const after = (record: Parameters<typeof incidentRecord>[0]): string | null => {
    const core = read(['one', 5]);
    core.ownIncident = incidentRecord({ victim: 'h1', ...record });
    watchOwnReboot(core);
    return core.ownReboot.unjudged;
  };
  assert.equal(after({ victimBoot: 'one', phase: 'evacuating', proof: 'reboot' }), null);
  assert.equal(after({ victimBoot: 'zero', phase: 'returning', proof: 'silence' }), 'one');
  assert.equal(
    after({ victimBoot: 'one', phase: 'proving', proof: null }),
    'one',
    'it may stand on a minority',
  );
  assert.equal(after({ victimBoot: NOW_BOOT, phase: 'proving', proof: null }), 'one');
  assert.equal(after({ victimBoot: 'one', phase: 'closed', proof: 'reboot' }), null);
  assert.equal(after({ victimBoot: 'one', phase: 'closed', proof: null }), 'one');
  assert.equal(after({ victimBoot: 'zero', phase: 'closed', proof: 'silence' }), 'one');
});

void test('maintenance without recovery takes it back; with it, it does not', () => {
  for (const recover of [true, false]) {
    const core = read(['one', 5]);
    core.maintenance = { sequence: 1, declared: { by: 'ann', why: null, recover } };
    watchOwnReboot(core);
    assert.equal(core.ownReboot.unjudged, recover ? 'one' : null);
  }
});

void test('it is believed as long as the host lives in the boot in which it says so', () => {
  const said = { ...slotBody('h2', { unjudged: 'one' }), boot: 'two', receivedMs: 0 };
  const told = (boot: string) => toldReboot({ ...createHostEvidence('h2'), boot, said });
  assert.equal(told('two'), 'one');
  assert.equal(told('one'), null);
  assert.equal(told('three'), null);
});
