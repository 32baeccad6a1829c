import type { Config } from '../../config/schema.ts';
import { assertNever } from '../../core/lib/assert-never.ts';
import type { HostKeys, KeyErrorCode } from '../../drivers/tls/load-keys.ts';
import { loadKeys } from '../../drivers/tls/load-keys.ts';
import { fine, type Finding, wrong } from './finding.ts';

const DAY_MS = 86_400_000;
const EXPIRY_WARNING_DAYS = 30;

export interface KeysChecked {
  readonly findings: readonly Finding[];
  readonly keys: HostKeys | null;
}

export function checkKeys(config: Config, now: Date = new Date()): KeysChecked {
  const { cluster, host, keys } = config;
  const loaded = loadKeys(
    { directory: keys.directory, cluster: cluster.name, host: host.name, eligible: host.eligible },
    now,
  );
  if (!loaded.ok) {
    const findings = loaded.errors.map(({ code, file, words }) =>
      wrong('keys', `${file} ${words}`, remedyOf(code, host.name)),
    );
    return { findings, keys: null };
  }
  const days = Math.floor((loaded.keys.notAfter.getTime() - now.getTime()) / DAY_MS);
  const detail = `${host.name} of ${cluster.name}, ${host.eligible ? 'eligible' : 'not eligible'}, ${days} days left`;
  const finding =
    days < EXPIRY_WARNING_DAYS
      ? wrong('keys', detail, 'make a new certificate before it expires')
      : fine('keys', detail);
  return { findings: [finding], keys: loaded.keys };
}

function remedyOf(code: KeyErrorCode, host: string): string | null {
  switch (code) {
    // Their words say already what to do.
    case 'missing':
    case 'wrong-mode':
    case 'not-yet-valid':
      return null;
    case 'unreadable':
      return 'run as the user that runs the agent';
    case 'malformed':
    case 'foreign-ca':
    case 'expired':
    case 'other-cluster':
    case 'other-host':
    case 'eligible-mismatch':
    case 'key-mismatch':
      return `copy the folder hosts/${host} that vigil cluster init or add-host made`;
    default:
      return assertNever(code);
  }
}
