import assert from 'node:assert/strict';
import { test } from 'node:test';
import { header, slotBody, TIMING, UUID_A } from '../../../test/world/fixtures.ts';
import { createHostEvidence, type HostEvidence, networkOf, volumeOf } from './host.ts';
import { observe } from './volume-path.ts';

const HEARD_MS = 1_000;

/** Last heard, and last seen to advance, at one time; read since without an advance. */
function silent(beatMs: number, readUntilMs: number): HostEvidence {
  const evidence = createHostEvidence('h9');
  evidence.network.heardMs = HEARD_MS;
  let path = observe(undefined, header(), 'first', HEARD_MS);
  for (let atMs = HEARD_MS + 1_000; atMs <= readUntilMs; atMs += 1_000)
    path = observe(path, header(), 'still', atMs);
  evidence.volumes.set(UUID_A, path);
  const timing = { beatMs, networkLostMs: 4 * beatMs, volumeLostMs: 8 * beatMs };
  const body = slotBody('h9', { timing });
  evidence.said = { ...body, boot: 'h9-boot', receivedMs: HEARD_MS };
  return evidence;
}

void test('a host with a slower beat is lost by its own bounds, one with a faster one by those of its observer', () => {
  for (const [beatMs, networkMs, volumeMs] of [
    [2_000, 8_000, 16_000],
    [500, 4_000, 8_000],
  ] as const) {
    const network = (now: number): string => networkOf(silent(beatMs, now), TIMING, now);
    const volume = (now: number): string => volumeOf(silent(beatMs, now), UUID_A, TIMING, now);
    assert.equal(network(HEARD_MS + networkMs - 1), 'fresh');
    assert.equal(network(HEARD_MS + networkMs), 'lost');
    assert.equal(volume(HEARD_MS + volumeMs - 1_000), 'fresh');
    assert.equal(volume(HEARD_MS + volumeMs), 'lost');
  }
});
