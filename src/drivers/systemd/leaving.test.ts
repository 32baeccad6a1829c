import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { whyLeaving } from './leaving.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-leaving-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Stands in for systemctl: prints these jobs. */
function systemctl(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('why an agent stops', () => {
  const cases = [
    ['a reboot of the machine', 'echo "12 reboot.target start waiting"', 'reboot'],
    ['a shutdown of the machine', 'echo "7 poweroff.target start waiting"', 'shutdown'],
    ['a restart of the agent', 'echo "3 vigil-agent.service restart running"', 'agent-restart'],
    ['a systemctl that fails', 'exit 1', 'agent-restart'],
    ['a systemctl that hangs', 'exec sleep 30', 'agent-restart'],
  ] as const;
  for (const [name, script, why] of cases) {
    it(name, async () => {
      assert.equal((await whyLeaving(systemctl(name.replaceAll(' ', '-'), script))).why, why);
    });
  }

  it('no systemd at all', async () => {
    assert.equal((await whyLeaving(join(folder, 'none'))).why, 'agent-restart');
  });
});
