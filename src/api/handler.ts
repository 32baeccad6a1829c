import type { Answer } from '../core/effect.ts';
import type { Request } from '../core/input.ts';
import type { HostName } from '../core/wire/records.ts';
import type { ShortLivedToken } from '../drivers/nova/cloud-driver.ts';

/** Who asks: another host, proven by its certificate, or somebody on this host who may open its socket. */
export type Peer =
  | { readonly kind: 'host'; readonly host: HostName; readonly eligible: boolean; readonly ip: string }
  | { readonly kind: 'local' };

/** Answers a request; may take for ever, the server has its own deadline. The token comes with an order, else null. */
export type Handle = (request: Request, peer: Peer, token: ShortLivedToken | null) => Promise<Answer>;

/** What this agent is, without asking the core. */
export interface AgentIdentity {
  readonly cluster: string;
  readonly host: HostName;
  readonly agent: string;
}

export const MAX_REQUESTS_OPEN = 256;

/** Deadlines of answers, by what is asked. */
export const ANSWER_MS = {
  /** An order ends with nova's answer to the evacuation, which may take a proxy's whole time-out. */
  restart: 180_000,
  probe: 10_000,
  status: 5_000,
  'confirm-dead': 15_000,
  maintenance: 10_000,
  gate: 5_000,
} as const;

export type ApiRefusal =
  /** TLS: no certificate, one of another CA, or expired. */
  | 'foreign-certificate'
  | 'other-cluster'
  | 'not-a-host'
  | 'handshake-broken'
  | 'not-eligible'
  | 'not-the-master'
  /** Not even a request: a host header or path that cannot be. */
  | 'bad-request'
  | 'bad-body'
  | 'too-large'
  | 'too-many'
  | 'deadline'
  | 'fault';

export interface ApiCounters {
  request(path: string, status: number): void;
  refused(code: ApiRefusal): void;
}
