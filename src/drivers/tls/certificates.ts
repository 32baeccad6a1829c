import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostName } from '../../core/wire/records.ts';
import { openssl, type Done } from './openssl.ts';

/** Ten years: an expired certificate would disarm a cluster silently, and a lost host's key is met by a new CA. */
const VALID_DAYS = '3650';
/** In the certificate's subject: this host may give orders. The CA says so, not the host's configuration. */
export const ELIGIBLE_UNIT = 'eligible';

export interface HostEntry {
  readonly name: HostName;
  readonly ip: string;
  readonly eligible: boolean;
}

/** Writes ca.key and ca.crt. Names were checked before: they hold nothing that a subject would need quoted. */
export async function makeAuthority(folder: string, cluster: string): Promise<Done> {
  writeKey(join(folder, 'ca.key'));
  writeSecret(
    join(folder, 'ca.cnf'),
    '[req]\ndistinguished_name=dn\n[dn]\n[ext]\nbasicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n',
  );
  const subject = `/O=${cluster}/CN=Vigil CA of ${cluster}`;
  const made = await openssl(
    [
      'req',
      '-new',
      '-x509',
      '-key',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      VALID_DAYS,
      '-sha256',
      '-subj',
      subject,
      '-config',
      'ca.cnf',
      '-extensions',
      'ext',
    ],
    folder,
  );
  rmSync(join(folder, 'ca.cnf'));
  if (made.ok) chmodSync(join(folder, 'ca.crt'), 0o600);
  return made;
}

/** Writes host.key and host.crt into `folder`, signed by the authority in `authority`. */
export async function makeHostCertificate(
  folder: string,
  authority: string,
  cluster: string,
  host: HostEntry,
): Promise<Done> {
  writeKey(join(folder, 'host.key'));
  writeSecret(
    join(folder, 'host.cnf'),
    `[req]\ndistinguished_name=dn\n[dn]\n[ext]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:${host.name},IP:${host.ip}\n`,
  );
  const unit = host.eligible ? `/OU=${ELIGIBLE_UNIT}` : '';
  const subject = `/O=${cluster}${unit}/CN=${host.name}`;
  const asked = await openssl(
    ['req', '-new', '-key', 'host.key', '-out', 'host.csr', '-subj', subject, '-config', 'host.cnf'],
    folder,
  );
  if (!asked.ok) return asked;
  const serial = `0x${randomBytes(16).toString('hex')}`;
  const made = await openssl(
    [
      'x509',
      '-req',
      '-in',
      'host.csr',
      '-out',
      'host.crt',
      '-CA',
      join(authority, 'ca.crt'),
      '-CAkey',
      join(authority, 'ca.key'),
      '-set_serial',
      serial,
      '-days',
      VALID_DAYS,
      '-sha256',
      '-extfile',
      'host.cnf',
      '-extensions',
      'ext',
    ],
    folder,
  );
  rmSync(join(folder, 'host.cnf'));
  rmSync(join(folder, 'host.csr'));
  if (made.ok) chmodSync(join(folder, 'host.crt'), 0o600);
  return made;
}

export function writeSecret(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
}

function writeKey(path: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeSecret(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}
