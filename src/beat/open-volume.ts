/** Opens a volume and makes sure that it is one, whole, and of this cluster. */
import { scratchBlock } from '../core/wire/layout.ts';
import { assertNever } from '../core/lib/assert-never.ts';
import type { DamageReason } from '../core/wire/observations.ts';
import type { Superblock } from '../core/wire/records.ts';
import { decodeSuperblock } from '../core/wire/superblock.ts';
import { type IoFailure, type VolumeFile, openVolumeFile } from './volume-file.ts';

export interface OpenVolume {
  readonly file: VolumeFile;
  readonly superblock: Superblock;
}

export type VolumeOpened =
  | { readonly ok: true; readonly volume: OpenVolume }
  /** `retry`: the storage may come back. Else a person has to do something first. */
  | { readonly ok: false; readonly retry: boolean; readonly code: OpenFault; readonly detail: string };

export type OpenFault =
  | 'io'
  | 'no-direct-io'
  | 'truncated'
  | 'no-volume'
  | 'foreign'
  | 'newer-format'
  | 'corrupt'
  | 'other-cluster';

/** `cluster` null: any. */
export function openVolume(
  path: string,
  access: 'read-write' | 'read-only',
  cluster: string | null,
  memory: Buffer,
): VolumeOpened {
  const opened = openVolumeFile(path, access, memory);
  if (!opened.ok) return refused(opened);
  const checked = checkVolume(opened.file, cluster);
  if (!checked.ok) opened.file.close();
  return checked;
}

function checkVolume(file: VolumeFile, cluster: string | null): VolumeOpened {
  const first = file.readBlock(0);
  if (!first.ok) return refused(first);
  const decoded = decodeSuperblock(first.bytes);
  if (decoded.state === 'free') {
    return fault(
      'no-volume',
      `${file.path} holds no volume yet; make one with "vigil volume init ${file.path}"`,
    );
  }
  if (decoded.state === 'damaged') return damagedSuperblock(file.path, decoded.reason);
  const { superblock } = decoded;
  if (cluster !== null && superblock.cluster !== cluster) {
    return fault(
      'other-cluster',
      `${file.path} belongs to the cluster "${superblock.cluster}", not to "${cluster}"; check path and cluster name`,
    );
  }
  const last = file.readBlock(scratchBlock(superblock));
  return last.ok ? { ok: true, volume: { file, superblock } } : refused(last);
}

export function damagedSuperblock(path: string, reason: DamageReason): VolumeOpened & { readonly ok: false } {
  switch (reason.code) {
    case 'bad-magic':
      return fault('foreign', `${path} holds something that is no volume of Vigil; check the path`);
    case 'newer-format':
      return fault(
        'newer-format',
        `${path} has format ${reason.format}, which a newer Vigil wrote; upgrade Vigil on this host`,
      );
    case 'bad-field':
      return fault(
        'corrupt',
        `${path} has a superblock that breaks a limit: ${reason.path} must be ${reason.expected}; ` +
          'restore it, or make the volume anew with "vigil volume init --force" while no host uses it',
      );
    case 'header-checksum':
    case 'torn':
    case 'bad-mac':
      return fault(
        'corrupt',
        `${path} has a damaged superblock (${reason.code}); ` +
          'restore it, or make the volume anew with "vigil volume init --force" while no host uses it',
      );
    default:
      return assertNever(reason);
  }
}

function refused(failure: IoFailure): VolumeOpened & { readonly ok: false } {
  switch (failure.code) {
    case 'no-direct-io':
      return { ok: false, retry: false, code: 'no-direct-io', detail: failure.detail };
    case 'truncated':
      return fault(
        'truncated',
        `${failure.detail}; restore it or make the volume anew with "vigil volume init"`,
      );
    case 'io':
      return { ok: false, retry: true, code: 'io', detail: failure.detail };
    default:
      return assertNever(failure.code);
  }
}

function fault(code: OpenFault, detail: string): VolumeOpened & { readonly ok: false } {
  return { ok: false, retry: false, code, detail };
}
