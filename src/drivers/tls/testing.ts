/** Keys for tests: a real cluster folder in a temporary place. Not part of the product. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCluster } from './cluster-folder.ts';
import { loadKeys, type HostKeys } from './load-keys.ts';

export interface TestCluster {
  readonly directory: string;
  keys(host: string): HostKeys;
  remove(): void;
}

/** Hosts at 127.0.0.1; those named in `eligible` may give orders. */
export async function makeTestCluster(
  cluster: string,
  hosts: readonly string[],
  eligible: readonly string[],
): Promise<TestCluster> {
  const root = mkdtempSync(join(tmpdir(), 'vigil-keys-'));
  const directory = join(root, 'cluster');
  const entries = hosts.map((name) => ({ name, ip: '127.0.0.1', eligible: eligible.includes(name) }));
  assert.deepEqual(await initCluster(directory, cluster, entries), { ok: true });
  return {
    directory,
    keys(host) {
      const loaded = loadKeys({
        directory: join(directory, 'hosts', host),
        cluster,
        host,
        eligible: eligible.includes(host),
      });
      assert.ok(loaded.ok, JSON.stringify(loaded));
      return loaded.keys;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
