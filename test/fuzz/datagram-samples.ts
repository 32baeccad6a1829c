/** Datagrams of a small cluster and of its neighbour, each signed for one slave. */
import * as fc from 'fast-check';
import { clusterHash } from '../../src/config/settings.ts';
import { type Datagram, encodeDatagram } from '../../src/core/wire/datagram.ts';
import { address, count, hex, leaving, record, timing, view } from '../volume/arbitraries.ts';
import { CLUSTER, keyOf, OTHER_CLUSTER } from './keys.ts';
import { samples } from './runs.ts';

/** `m` is eligible and `s` is not. */
export const RECEIVERS = ['m', 's'] as const;
export type Receiver = (typeof RECEIVERS)[number];
const HOSTS = ['m', 's', 'x'] as const;

export interface SignedDatagram {
  readonly datagram: Datagram;
  readonly bytes: Uint8Array;
  /** Whose key it bears. */
  readonly slave: string;
}

const fields = {
  cluster: fc.constantFrom(clusterHash(CLUSTER), clusterHash(OTHER_CLUSTER)),
  host: fc.constantFrom(...HOSTS),
  boot: hex(32),
  agent: hex(16),
  counter: fc.oneof(fc.nat(9), count),
  term: count,
  nonce: hex(16),
  echoedCounter: count,
  leaving: fc.boolean(),
};
const masterBody = fc.oneof(record({ address }), record({ address, verdict: fc.constant('online') }));
const anyDatagram: fc.Arbitrary<Datagram> = fc.oneof(
  record({
    ...fields,
    kind: fc.constant('heartbeat' as const),
    body: record({
      view,
      address,
      eligible: fc.boolean(),
      role: fc.constantFrom('compute', 'control'),
      leaving: fc.option(leaving),
      timing,
    }),
  }),
  record({ ...fields, kind: fc.constant('echo' as const), body: masterBody }),
  record({ ...fields, kind: fc.constant('announce' as const), body: masterBody }),
);

function signed([datagram, to]: readonly [Datagram, string]): readonly SignedDatagram[] {
  const slave = datagram.kind === 'heartbeat' ? datagram.host : to;
  const cluster = datagram.cluster === clusterHash(CLUSTER) ? CLUSTER : OTHER_CLUSTER;
  const encoded = encodeDatagram(datagram, keyOf(slave, cluster));
  return encoded.ok ? [{ datagram, bytes: encoded.bytes, slave }] : [];
}

export const datagrams: readonly SignedDatagram[] = samples(
  fc.tuple(anyDatagram, fc.constantFrom(...HOSTS)),
  200,
).flatMap(signed);

/** Has this receiver to believe it? A heartbeat in its own name is another agent of that name. */
export function isMeantFor({ datagram, slave }: SignedDatagram, receiver: Receiver): boolean {
  if (datagram.cluster !== clusterHash(CLUSTER)) return false;
  return slave === receiver || (datagram.kind === 'heartbeat' && receiver === 'm');
}

/** By their bytes: nothing else may ever be taken for a datagram. */
export function genuineFor(receiver: Receiver): ReadonlyMap<string, Datagram> {
  const meant = datagrams.filter((each) => isMeantFor(each, receiver));
  return new Map(meant.map(({ bytes, datagram }) => [Buffer.from(bytes).toString('hex'), datagram]));
}
