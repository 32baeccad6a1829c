/** Opens a volume and makes sure that it is one, whole, and of this cluster. */
import { scratchBlock } from '../core/wire/layout.ts';
import type { Superblock } from '../core/wire/records.ts';
import { decodeSuperblock } from '../core/wire/superblock.ts';
import { damagedSuperblock, fault, type NotOpened, notOpened } from './open-fault.ts';
import { type VolumeFile, openVolumeFile } from './volume-file.ts';

export interface OpenVolume {
  readonly file: VolumeFile;
  readonly superblock: Superblock;
}

export type VolumeOpened = { readonly ok: true; readonly volume: OpenVolume } | NotOpened;

/** `cluster` null: any. */
export function openVolume(
  path: string,
  access: 'read-write' | 'read-only',
  cluster: string | null,
  memory: Buffer,
): VolumeOpened {
  const opened = openVolumeFile(path, access, memory);
  if (!opened.ok) return notOpened(path, opened);
  const checked = checkVolume(opened.file, cluster);
  if (!checked.ok) opened.file.close();
  return checked;
}

function checkVolume(file: VolumeFile, cluster: string | null): VolumeOpened {
  const first = file.readBlock(0);
  if (!first.ok) return notOpened(file.path, first);
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
  return last.ok ? { ok: true, volume: { file, superblock } } : notOpened(file.path, last);
}
