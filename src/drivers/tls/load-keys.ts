import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errno } from '../../config/errno.ts';
import type { HostName } from '../../core/wire/records.ts';
import { hostKey, secretFromHex } from './derive.ts';
import { identityOf } from './peer.ts';

export interface HostKeys {
  /** PEM, as node:tls takes them. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly hostSecret: KeyObject;
  /** Only on eligible hosts. */
  readonly clusterSecret: KeyObject | null;
  readonly notAfter: Date;
}

export type KeyErrorCode =
  | 'missing'
  | 'unreadable'
  | 'wrong-mode'
  | 'malformed'
  | 'foreign-ca'
  | 'not-yet-valid'
  | 'expired'
  | 'other-cluster'
  | 'other-host'
  | 'eligible-mismatch'
  | 'key-mismatch';

export interface KeyError {
  readonly code: KeyErrorCode;
  readonly file: string;
  /** What is wrong and what to do; never the content. */
  readonly words: string;
}

export type KeysLoaded =
  | { readonly ok: true; readonly keys: HostKeys }
  | { readonly ok: false; readonly errors: readonly KeyError[] };

export interface KeysWanted {
  readonly directory: string;
  readonly cluster: string;
  readonly host: HostName;
  readonly eligible: boolean;
}

const SECRETS = new Set(['host.key', 'host.secret', 'cluster.secret']);
const FILE_BYTES_MAX = 64 * 1024;

/** Reads keys.directory and checks that its parts belong together and to this host, so that no peer has to find out. */
export function loadKeys(wanted: KeysWanted, now: Date = new Date()): KeysLoaded {
  const errors: KeyError[] = [];
  const refuse = (code: KeyErrorCode, file: string, words: string): null => {
    errors.push({ code, file: join(wanted.directory, file), words });
    return null;
  };
  const read = (file: string): string | null => readChecked(join(wanted.directory, file), file, refuse);
  const texts = {
    ca: read('ca.crt'),
    cert: read('host.crt'),
    key: read('host.key'),
    secret: read('host.secret'),
  };
  const clusterText = wanted.eligible ? read('cluster.secret') : null;
  const ca =
    texts.ca === null
      ? null
      : (parseCertificate(texts.ca) ?? refuse('malformed', 'ca.crt', 'is no certificate'));
  const cert =
    texts.cert === null
      ? null
      : (parseCertificate(texts.cert) ?? refuse('malformed', 'host.crt', 'is no certificate'));
  if (ca !== null && cert !== null) checkCertificate(ca, cert, wanted, now, refuse);
  if (cert !== null && texts.key !== null && !belongs(cert, texts.key)) {
    refuse('key-mismatch', 'host.key', 'is not the key of host.crt');
  }
  const hostSecret =
    texts.secret === null
      ? null
      : (secretFromHex(texts.secret) ?? refuse('malformed', 'host.secret', 'is no key of 64 hex digits'));
  const clusterSecret =
    clusterText === null
      ? null
      : (secretFromHex(clusterText) ?? refuse('malformed', 'cluster.secret', 'is no key of 64 hex digits'));
  if (
    hostSecret !== null &&
    clusterSecret !== null &&
    !hostKey(clusterSecret, wanted.cluster, wanted.host).equals(hostSecret)
  ) {
    refuse(
      'key-mismatch',
      'host.secret',
      `is not the key that cluster.secret gives host ${wanted.host} of ${wanted.cluster}`,
    );
  }
  if (errors.length > 0 || cert === null || hostSecret === null) return { ok: false, errors };
  const tls = { ca: texts.ca ?? '', cert: texts.cert ?? '', key: texts.key ?? '' };
  return { ok: true, keys: { tls, hostSecret, clusterSecret, notAfter: new Date(cert.validTo) } };
}

type Refuse = (code: KeyErrorCode, file: string, words: string) => null;

function readChecked(path: string, file: string, refuse: Refuse): string | null {
  try {
    const about = statSync(path);
    if (about.size > FILE_BYTES_MAX)
      return refuse('malformed', file, `is larger than ${FILE_BYTES_MAX} bytes`);
    if (SECRETS.has(file) && (about.mode & 0o077) !== 0) {
      const mode = (about.mode & 0o777).toString(8);
      return refuse(
        'wrong-mode',
        file,
        `has mode ${mode}, so others may read it; chmod 600 and think of it as known`,
      );
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errno(error) === 'ENOENT') {
      const why = file === 'cluster.secret' ? ' (needed because host.eligible is true)' : '';
      return refuse(
        'missing',
        file,
        `is missing${why}; copy what vigil cluster init or add-host made for this host`,
      );
    }
    return refuse('unreadable', file, `cannot be read (${errno(error)})`);
  }
}

function checkCertificate(
  ca: X509Certificate,
  cert: X509Certificate,
  wanted: KeysWanted,
  now: Date,
  refuse: Refuse,
): void {
  if (!cert.checkIssued(ca) || !cert.verify(ca.publicKey)) {
    refuse('foreign-ca', 'host.crt', 'was not signed by the CA in ca.crt');
  }
  for (const [file, certificate] of [
    ['ca.crt', ca],
    ['host.crt', cert],
  ] as const) {
    if (now > new Date(certificate.validTo)) refuse('expired', file, `expired on ${certificate.validTo}`);
    if (now < new Date(certificate.validFrom)) {
      refuse(
        'not-yet-valid',
        file,
        `is valid from ${certificate.validFrom}; is the clock of this host right?`,
      );
    }
  }
  const identity = identityOf(cert.toLegacyObject());
  if (identity === null) {
    refuse('malformed', 'host.crt', 'names no host and cluster');
    return;
  }
  if (identity.cluster !== wanted.cluster) {
    refuse(
      'other-cluster',
      'host.crt',
      `is of cluster ${identity.cluster}, but cluster.name is ${wanted.cluster}`,
    );
  }
  if (identity.host !== wanted.host) {
    refuse('other-host', 'host.crt', `is of host ${identity.host}, but host.name is ${wanted.host}`);
  }
  if (identity.eligible !== wanted.eligible) {
    const says = identity.eligible ? 'may give orders' : 'may not give orders';
    refuse('eligible-mismatch', 'host.crt', `${says}, but host.eligible is ${wanted.eligible}`);
  }
}

function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function belongs(cert: X509Certificate, key: string): boolean {
  try {
    return cert.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
