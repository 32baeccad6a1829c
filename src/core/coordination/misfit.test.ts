import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedCore } from '../../../test/world/pump.ts';
import { showStatus } from '../show-status.ts';
import { step } from '../step.ts';
import type { Superblock } from '../wire/records.ts';
import { misfit } from './misfit.ts';

const volume = (more: Partial<Superblock> = {}): Superblock => ({
  format: 1,
  volumeUuid: 'uuid-a',
  cluster: 'test',
  slots: 64,
  seats: 32,
  leaseVolumes: 1,
  coordination: 'volume',
  generation: 1,
  ...more,
});

void test('a volume fits when it is what the configuration takes it for', () => {
  assert.equal(misfit(volume(), true, 1), null);
  assert.equal(misfit(volume({ leaseVolumes: 0 }), false, 1), null);
  assert.equal(misfit(volume({ leaseVolumes: 3 }), true, 3), null);
});

const misfits: readonly (readonly [Superblock, boolean, number, RegExp])[] = [
  [volume({ coordination: 'etcd' }), true, 1, /keeps its lease in etcd/],
  [volume({ leaseVolumes: 0 }), true, 1, /is for heartbeats only, but .* with role lease/],
  [volume(), false, 1, /is one of 1 lease volumes, but .* as heartbeat/],
  [volume(), true, 3, /is one of 1 lease volumes, but .* one of 3 with role lease/],
  [volume({ leaseVolumes: 3 }), true, 1, /is one of 3 lease volumes/],
];

for (const [superblock, lease, leases, words] of misfits) {
  void test(`a volume that does not fit is told: ${words.source}`, () => {
    assert.match(misfit(superblock, lease, leases) ?? '', words);
  });
}

void test('a volume that does not fit is not used for anything, and the host says why', () => {
  const core = connectedCore();
  const superblock = volume({ leaseVolumes: 0 });
  const places = { slotIndex: 1, seatIndex: 1, incarnation: 1 };
  const event = { volume: 'a', uuid: 'uuid-a', ...places, superblock, ownBody: null };
  step(core, { kind: 'volume', now: core.now, event: { ...event, kind: 'connected' } });
  const reading = { volume: 'a', begunMs: core.now, endedMs: core.now, wroteMs: core.now, error: null };
  step(core, {
    kind: 'volume',
    now: core.now,
    event: { ...reading, kind: 'reading', seats: [], slots: [] },
  });
  const effects = step(core, { kind: 'tick', now: core.now + 60_000 });
  assert.ok(!effects.some((effect) => 'volume' in effect && effect.volume === 'a'));
  assert.equal(core.coordination.lease.isVacant(core), false);
  const shown = showStatus(core).volumes.find(({ name }) => name === 'a');
  assert.equal(shown?.state, 'failing');
  assert.match(shown.detail ?? '', /heartbeats only/);
});
