import { isIP } from 'node:net';
import { z } from 'zod';

/** Also what a certificate's subject and a path can carry without quoting. */
export const HOST_NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;
export const CLUSTER_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

export const HOST_NAME_RIGHT =
  '1 to 63 of the characters a-z, 0-9, "." and "-", as nova-compute calls the host';

/** `icmp:IP` or `tcp:IP:PORT`; an IPv6 address in tcp stands in brackets. */
export function isIsolationAddress(value: string): boolean {
  if (value.startsWith('icmp:')) return isIP(value.slice(5)) !== 0;
  return value.startsWith('tcp:') && isAddressAndPort(value.slice(4));
}

export function isAddressAndPort(value: string): boolean {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value);
  if (match === null) return false;
  const givenPort = Number(match[3]);
  const version = isIP(match[1] ?? match[2] ?? '');
  return version === (match[1] === undefined ? 4 : 6) && givenPort >= 1 && givenPort <= 65_535;
}

export function isWebUrl(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

export const ip = z.string().refine((value) => isIP(value) !== 0);
