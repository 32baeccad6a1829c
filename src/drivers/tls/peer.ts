import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { HOST_NAME } from '../../config/formats.ts';
import type { HostName } from '../../core/wire/records.ts';
import { ELIGIBLE_UNIT } from './certificates.ts';

export interface Identity {
  readonly cluster: string;
  readonly host: HostName;
  /** The CA says that this host may give orders. */
  readonly eligible: boolean;
}

/** Who a certificate speaks for; null where it is not one that `vigil cluster` made. */
export function identityOf(certificate: PeerCertificate | DetailedPeerCertificate): Identity | null {
  // An unauthenticated peer has an empty object for a certificate, whatever the type says.
  const subject: Partial<Record<'CN' | 'O' | 'OU', string | string[]>> | undefined = certificate.subject;
  const host = subject?.CN;
  const cluster = subject?.O;
  if (typeof host !== 'string' || typeof cluster !== 'string' || !HOST_NAME.test(host)) return null;
  const names = (certificate.subjectaltname ?? '').split(', ');
  if (!names.includes(`DNS:${host}`)) return null;
  return { cluster, host, eligible: subject?.OU === ELIGIBLE_UNIT };
}

/** For `checkServerIdentity` of node:tls: the server must be this very host of this cluster. */
export function mustBe(
  cluster: string,
  host: HostName,
): (_name: string, certificate: PeerCertificate) => Error | undefined {
  return (_name, certificate) => {
    const identity = identityOf(certificate);
    if (identity?.host === host && identity.cluster === cluster) return undefined;
    const found = identity === null ? 'an unknown certificate' : `${identity.host} of ${identity.cluster}`;
    return Object.assign(new Error(`expected ${host} of ${cluster}, found ${found}`), {
      code: 'VIGIL_OTHER_PEER',
    });
  };
}
