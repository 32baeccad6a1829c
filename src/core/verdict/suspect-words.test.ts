import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TIMING } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { createHostEvidence, type HostEvidence } from '../evidence/host.ts';
import { factsOf } from './facts-now.ts';
import { suspectWords } from './suspect-words.ts';

const NOW = 100_000;

interface Silence {
  readonly heardAgoMs?: number;
  readonly askedAgoMs?: number;
  /** By name of the volume: when it advanced, and when it was read last. */
  readonly volumes?: Readonly<Record<string, readonly [advancedAgoMs: number, readAgoMs: number]>>;
}

function evidenceOf({ heardAgoMs, askedAgoMs, volumes = {} }: Silence): HostEvidence {
  const evidence = createHostEvidence('h2');
  evidence.network.heardMs = heardAgoMs === undefined ? null : NOW - heardAgoMs;
  evidence.network.askedMs = askedAgoMs === undefined ? null : NOW - askedAgoMs;
  for (const [name, [advancedAgoMs, readAgoMs]] of Object.entries(volumes))
    evidence.volumes.set(name, {
      boot: 'h2-boot',
      incarnation: 1,
      counter: 1,
      agentSilentMs: 0,
      advancedMs: NOW - advancedAgoMs,
      seenAlive: true,
      living: true,
      stillReads: Math.floor(advancedAgoMs / 1_000),
      readMs: NOW - readAgoMs,
    });
  return evidence;
}

function words(silence: Silence): string {
  const core = connectedCore();
  core.now = NOW;
  const evidence = evidenceOf(silence);
  const looking = { now: NOW, timing: TIMING, volumeName: (uuid: string) => uuid };
  return suspectWords(evidence, factsOf(core, evidence), looking);
}

void test('called a moment ago: the network is waited for', () => {
  assert.equal(
    words({ askedAgoMs: 2_000 }),
    'no heartbeat yet, called 2 s ago; waiting for one until 4 s have passed',
  );
});

void test('it writes, and has not told yet what it hears', () => {
  assert.equal(
    words({ heardAgoMs: 4_600, volumes: { 'uuid-a': [1_000, 500] } }),
    'no heartbeat for 5 s; it writes to volume a; waiting until it says there what it hears',
  );
});

void test('every silent volume is named with its time, and one that cannot be read as such', () => {
  assert.equal(
    words({ heardAgoMs: 5_000, volumes: { x: [4_000, 500], y: [6_000, 500], z: [30_000, 20_000] } }),
    'no heartbeat for 5 s; volume x silent for 4 s, volume y silent for 6 s, volume z cannot be read here; ' +
      'waiting until each was silent for 8 s',
  );
});
