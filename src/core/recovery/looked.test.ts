import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp } from '../../../test/world/planning.ts';
import { listening } from './looked.ts';

/** What a hold `listening` that has lasted for so long says. */
function words(forMs: number, failure: string | null): string {
  const { core, incident } = setUp();
  core.nova.failure = failure;
  incident.hold = listening(core, incident).hold;
  incident.holdSinceMs = core.now;
  core.now += forMs;
  return listening(core, incident).hold?.words ?? '';
}

void test('who listens for long says what may keep it from that', () => {
  assert.doesNotMatch(words(20_000, 'down'), /OpenStack|firewall/);
  assert.match(words(40_000, 'connection refused'), /OpenStack cannot be asked \(connection refused\)/);
  assert.match(words(40_000, null), /h1 may be unable to probe it: look for a firewall/);
});
