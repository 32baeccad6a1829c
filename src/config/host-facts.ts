import { readFileSync } from 'node:fs';
import type { BootId } from '../core/wire/records.ts';
import { errno } from './errno.ts';
import type { Config } from './schema.ts';

export type HostFacts =
  | { readonly ok: true; readonly boot: BootId; readonly hardwareUuid: string | null }
  | { readonly ok: false; readonly words: string };

/** Without a boot id a reboot could not be told from a pause, so there is no start without it. */
export function readHostFacts(config: Config): HostFacts {
  const file = config.host.boot_id_file;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return {
      ok: false,
      words: `${file} (host.boot_id_file) cannot be read: ${errno(error)}`,
    };
  }
  const boot = text.trim().toLowerCase().replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(boot)) {
    return { ok: false, words: `${file} (host.boot_id_file) holds no boot id: 32 hex digits are expected` };
  }
  return { ok: true, boot, hardwareUuid: readHardwareUuid(config.host.hardware_uuid_file) };
}

/** Only a fence agent needs it; many virtual machines have none, and only root may read it. */
function readHardwareUuid(file: string | null): string | null {
  if (file === null) return null;
  try {
    const uuid = readFileSync(file, 'utf8').trim().toLowerCase();
    return /^[0-9a-f-]{32,36}$/.test(uuid) ? uuid : null;
  } catch {
    return null;
  }
}
