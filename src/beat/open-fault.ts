/** Why a volume cannot be opened: in words that say what is there instead, and what to do. */
import { type Stats, statSync } from 'node:fs';
import { assertNever } from '../core/lib/assert-never.ts';
import { BLOCK_BYTES } from '../core/wire/layout.ts';
import type { DamageReason } from '../core/wire/observations.ts';
import type { IoFailure } from './volume-file.ts';

export interface NotOpened {
  readonly ok: false;
  /** The storage may come back. Else a person has to do something first. */
  readonly retry: boolean;
  readonly code: OpenFault;
  readonly detail: string;
}

export type OpenFault =
  | 'io'
  | 'missing'
  | 'directory'
  | 'empty'
  | 'too-short'
  | 'no-direct-io'
  | 'truncated'
  | 'no-volume'
  | 'foreign'
  | 'newer-format'
  | 'corrupt'
  | 'other-cluster';

export function fault(code: OpenFault, detail: string): NotOpened {
  return { ok: false, retry: false, code, detail };
}

/** An open or read that failed. */
export function notOpened(path: string, failure: IoFailure): NotOpened {
  if (failure.errno === 'ENOENT') {
    const detail =
      `${path} does not exist (ENOENT): mount its storage, or check the path; ` +
      `only if it was never made, and its storage is mounted, make it with "vigil volume init ${path}"`;
    return { ok: false, retry: true, code: 'missing', detail };
  }
  // The kernel's own answer about a directory depends on how it is opened: EISDIR, or EINVAL as for O_DIRECT.
  const found = look(path);
  if (found?.isDirectory() === true)
    return fault('directory', `${path} is a directory; name the volume in it, a file or a block device`);
  switch (failure.code) {
    case 'no-direct-io':
      return fault('no-direct-io', failure.detail);
    case 'truncated':
      return tooShort(path, found, failure);
    case 'io':
      return { ok: false, retry: true, code: 'io', detail: failure.detail };
    default:
      return assertNever(failure.code);
  }
}

function tooShort(path: string, found: Stats | null, { detail }: IoFailure): NotOpened {
  if (found?.isFile() !== true || found.size >= BLOCK_BYTES)
    return fault('truncated', `${detail}; restore it or make the volume anew with "vigil volume init"`);
  if (found.size === 0)
    return fault('empty', `${path} is empty; make a volume of it with "vigil volume init ${path}"`);
  return fault(
    'too-short',
    `${path} has ${found.size} bytes, too few for a volume, so it is none; check the path`,
  );
}

function look(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

export function damagedSuperblock(path: string, reason: DamageReason): NotOpened {
  const remedy = 'restore it, or make the volume anew with "vigil volume init --force" while no host uses it';
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
        `${path} has a superblock that breaks a limit: ${reason.path} must be ${reason.expected}; ${remedy}`,
      );
    case 'header-checksum':
    case 'torn':
    case 'bad-mac':
    case 'misplaced':
      return fault('corrupt', `${path} has a damaged superblock (${reason.code}); ${remedy}`);
    default:
      return assertNever(reason);
  }
}
