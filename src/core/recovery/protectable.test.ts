import assert from 'node:assert/strict';
import { test } from 'node:test';
import { group, row, server, settings } from '../../../test/world/fixtures.ts';
import type { Server } from './cloud.ts';
import { DISK_LOSS_KEY, HA_KEY, protection, type ProtectionContext } from './protectable.ts';

const base: ProtectionContext = { recovery: settings().recovery, rows: [], groups: [] };
const flavor = (extraSpecs: Server['flavor']['extraSpecs']) => ({ ...server('vm').flavor, extraSpecs });
const optIn = { recovery: { ...base.recovery, protectByDefault: false } };
const local = { bootedFromVolume: false };
const failedRow = { rows: [row(7, 'vm', { status: 'failed' })] };

/** By state at the death of the host: what becomes of the VM, with a word of the reason. */
const cases: readonly (readonly [string, Partial<Server>, Partial<ProtectionContext>, true | RegExp])[] = [
  ['ACTIVE', {}, {}, true],
  ['ACTIVE and locked', { locked: true }, {}, true],
  ['ACTIVE, powering off', { taskState: 'powering-off' }, {}, true],
  ['ACTIVE, rebooting', { taskState: 'rebooting' }, {}, true],
  ['ACTIVE, snapshotting', { taskState: 'image_snapshot' }, {}, true],
  ['stopped', { vmState: 'stopped', status: 'SHUTOFF' }, {}, /stopped/],
  ['ERROR before', { vmState: 'error' }, {}, /ERROR before/],
  ['ERROR of an own evacuation', { vmState: 'error' }, failedRow, true],
  ['ERROR, row ended in error', { vmState: 'error' }, { rows: [row(7, 'vm', { status: 'error' })] }, true],
  ['ERROR, row done', { vmState: 'error' }, { rows: [row(7, 'vm', { status: 'done' })] }, /ERROR before/],
  ['paused', { vmState: 'paused' }, {}, /paused/],
  ['suspended', { vmState: 'suspended' }, {}, /suspended/],
  ['rescued', { vmState: 'rescued' }, {}, /rescued/],
  ['resized', { vmState: 'resized' }, {}, /resize/],
  ['being resized', { taskState: 'resize_migrating' }, {}, /resized/],
  ['shelved', { vmState: 'shelved' }, {}, /shelved/],
  ['shelved, offloaded', { vmState: 'shelved_offloaded' }, {}, /shelved/],
  ['building', { vmState: 'building' }, {}, /built/],
  ['soft deleted', { vmState: 'soft-delete' }, {}, /deleted/],
  ['deleted', { vmState: 'deleted' }, {}, /deleted/],
  ['being deleted', { taskState: 'deleting' }, {}, /deleted/],
  ['being soft deleted', { taskState: 'soft-deleting' }, {}, /deleted/],
  ['a state of the future', { vmState: 'teleported' }, {}, /not known/],
  ['booted from volume', { bootedFromVolume: true }, {}, true],
  ['local disk', local, {}, /local/],
  ['local disk on shared storage', local, { recovery: { ...base.recovery, sharedStorage: true } }, true],
  ['local disk, owner opted in', { ...local, metadata: { [DISK_LOSS_KEY]: 'True' } }, {}, true],
  ['local disk, owner did not', { ...local, metadata: { [DISK_LOSS_KEY]: 'no' } }, {}, /local/],
  ['HA_Enabled=False', { metadata: { [HA_KEY]: 'False' } }, {}, /excluded/],
  ['HA_Enabled=false', { metadata: { [HA_KEY]: 'false' } }, {}, /excluded/],
  ['opt-in cluster, no word', {}, optIn, /need the metadata/],
  ['opt-in cluster, HA_Enabled=True', { metadata: { [HA_KEY]: 'True' } }, optIn, true],
  ['virtual TPM', { flavor: flavor({ 'hw:tpm_version': '2.0' }) }, {}, /TPM/],
  ['accelerator', { flavor: flavor({ 'accel:device_profile': 'gpu' }) }, {}, /accelerator/],
  ['affinity group', {}, { groups: [group('affinity', ['vm', 'other'])] }, /binds/],
  ['affinity group of one', {}, { groups: [group('affinity', ['vm'])] }, true],
  ['affinity group of others', {}, { groups: [group('affinity', ['a', 'b'])] }, true],
  ['soft affinity', {}, { groups: [group('soft-affinity', ['vm', 'other'])] }, true],
  ['anti-affinity', {}, { groups: [group('anti-affinity', ['vm', 'other'])] }, true],
];

for (const [name, more, context, expected] of cases) {
  void test(`${name}: ${expected === true ? 'recovered' : 'left, with the reason'}`, () => {
    const found = protection(server('vm', more), { ...base, ...context });
    assert.equal(found.recover, expected === true);
    if (!found.recover && expected !== true) assert.match(found.reason, expected);
  });
}

void test('its owner’s exclusion counts whatever else holds', () => {
  const metadata = { [HA_KEY]: 'False', [DISK_LOSS_KEY]: 'true' };
  const found = protection(server('vm', { metadata, vmState: 'error' }), { ...base, ...failedRow });
  assert.ok(!found.recover && /excluded/.test(found.reason));
});
