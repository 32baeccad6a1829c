import type { Request } from '../core/input.ts';
import type { ClusterStatus } from '../core/status.ts';
import { API_VERSION, confirmDeadAnswer, PATHS } from '../drivers/orders/contract.ts';
import { wordsOf } from '../drivers/orders/orders.ts';
import type { PeerAddress, PeerClient } from '../drivers/orders/peer-client.ts';
import type { Asker } from './ask.ts';

const FORWARD_MS = 5_000;
const LOCAL = { kind: 'local' } as const;

export interface StatusTold {
  readonly status: ClusterStatus;
  /** Whose knowledge this is: the master's, or only this host's own. */
  readonly source: 'master' | 'own';
  /** Why it is not the master's; null where it is. */
  readonly note: string | null;
}

export type Told<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly words: string };

export interface ClusterQuestions {
  status(ownOnly: boolean): Promise<Told<StatusTold>>;
  confirmDead(host: string, by: string): Promise<Told<{ readonly ok: boolean; readonly words: string }>>;
}

/** Questions about the cluster, answered by the master whichever host is asked. */
export function clusterQuestions(asker: Asker, client: PeerClient): ClusterQuestions {
  const ownStatus = async (): Promise<Told<ClusterStatus>> => {
    const asked = await asker.ask({ ask: 'status' }, LOCAL);
    return asked.ok ? { ok: true, value: asked.answer.status } : { ok: false, words: asked.words };
  };
  return {
    async status(ownOnly) {
      const own = await ownStatus();
      if (!own.ok) return own;
      const told = (note: string | null): Told<StatusTold> => ({
        ok: true,
        value: { status: own.value, source: own.value.role === 'master' ? 'master' : 'own', note },
      });
      if (own.value.role === 'master') return told(null);
      if (ownOnly) return told("only this host's own knowledge was asked for");
      const master = own.value.master;
      if (master === null) return told('this host knows no master');
      const answer = await client.call(master, { method: 'GET', path: PATHS.status, body: null }, FORWARD_MS);
      if (answer.kind !== 'answer') return told(`master ${master.host} does not answer: ${answer.detail}`);
      // Of the same version and certificate; the commands read it as leniently as data of another version deserves.
      if (answer.status !== 200 || !isStatus(answer.body))
        return told(`master ${master.host}: ${wordsOf(answer.body)}`);
      return { ok: true, value: { status: answer.body, source: 'master', note: null } };
    },
    async confirmDead(host, by) {
      const own = await ownStatus();
      if (!own.ok) return own;
      if (own.value.role === 'slave' && own.value.master !== null)
        return forwardConfirm(client, own.value.master, host, by);
      const request: Extract<Request, { readonly ask: 'confirm-dead' }> = { ask: 'confirm-dead', host, by };
      const asked = await asker.ask(request, LOCAL);
      return asked.ok ? { ok: true, value: asked.answer } : { ok: false, words: asked.words };
    },
  };
}

async function forwardConfirm(
  client: PeerClient,
  master: PeerAddress,
  host: string,
  by: string,
): Promise<Told<{ readonly ok: boolean; readonly words: string }>> {
  const body = { version: API_VERSION, host, by };
  const answer = await client.call(master, { method: 'POST', path: PATHS.confirmDead, body }, FORWARD_MS);
  if (answer.kind === 'answer' && answer.status === 200) {
    const parsed = confirmDeadAnswer.safeParse(answer.body);
    if (parsed.success) return { ok: true, value: parsed.data };
  }
  const detail = answer.kind === 'answer' ? wordsOf(answer.body) : answer.detail;
  const again =
    answer.kind === 'no-answer' ? '; it may have been taken: look at the status before you ask again' : '';
  return { ok: false, words: `master ${master.host}: ${detail}${again}` };
}

function isStatus(body: unknown): body is ClusterStatus {
  return (
    typeof body === 'object' &&
    body !== null &&
    ['volumes', 'hosts', 'incidents', 'holds'].every((name) => Array.isArray(Reflect.get(body, name)))
  );
}
