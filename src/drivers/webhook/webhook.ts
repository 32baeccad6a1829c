import { Agent } from 'undici';
import type { Report } from '../../core/reports/report.ts';
import type { CountSink, ReportSink } from '../journal/report-sink.ts';
import { backoffMs } from './backoff.ts';
import { limitedLookup } from './lookup.ts';

export const MAX_QUEUED_REPORTS = 1000;
const ANSWER_BYTES_MAX = 64 * 1024;
const PAYLOAD_VERSION = 1;

export interface WebhookOptions {
  /** For metrics: `webhook-1`. The URL may hold a secret and is told to nobody. */
  readonly name: string;
  readonly url: string;
  readonly deadlineMs: number;
  readonly attempts: number;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  readonly cluster: string;
  readonly host: string;
  readonly count: CountSink;
  readonly onLimit: (what: string) => void;
  readonly random?: () => number;
}

interface Waiting {
  readonly at: string;
  readonly report: Report;
}

/** One report after the other, each tried until it is taken or given up: the end of a cause never overtakes its begin. */
export function createWebhook(options: WebhookOptions): ReportSink {
  const agent = new Agent({
    connections: 1,
    pipelining: 1,
    connect: { timeout: options.deadlineMs, lookup: limitedLookup(() => options.onLimit('webhook-lookups')) },
  });
  const target = parseTarget(options.url);
  const queue: Waiting[] = [];
  const closing = new AbortController();
  let running: Promise<void> | null = null;

  const deliverOne = async (waiting: Waiting): Promise<void> => {
    for (let attempt = 1; attempt <= options.attempts; attempt += 1) {
      const outcome = await post(agent, target, options, waiting);
      options.count(outcome === 'again' ? 'failed' : outcome);
      if (outcome !== 'again') return;
      if (attempt === options.attempts) break;
      const { retryFirstMs, retryMaxMs, random } = options;
      await pause(backoffMs(attempt, retryFirstMs, retryMaxMs, random ?? Math.random), closing.signal);
      if (closing.signal.aborted) break;
    }
    options.count('dropped');
  };
  const drain = async (): Promise<void> => {
    for (let waiting = queue.shift(); waiting !== undefined; waiting = queue.shift())
      await deliverOne(waiting);
  };

  return {
    name: options.name,
    deliver(report) {
      if (closing.signal.aborted || queue.length >= MAX_QUEUED_REPORTS) {
        options.onLimit(options.name);
        return options.count('dropped');
      }
      queue.push({ at: new Date().toISOString(), report });
      running ??= drain().finally(() => {
        running = null;
      });
    },
    async close(deadlineMs) {
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, deadlineMs).unref();
      });
      await Promise.race([running ?? Promise.resolve(), late]);
      for (const _ of queue) options.count('dropped');
      queue.length = 0;
      closing.abort();
      await agent.destroy();
    },
  };
}

interface Target {
  readonly origin: string;
  readonly path: string;
  readonly authorization: string | null;
}

/** `user:password@` of a URL belongs into a header; HTTP clients differ in what they do with it. */
function parseTarget(text: string): Target {
  const url = new URL(text);
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization = url.username === '' ? null : `Basic ${Buffer.from(user).toString('base64')}`;
  return { origin: url.origin, path: `${url.pathname}${url.search}`, authorization };
}

async function post(
  agent: Agent,
  target: Target,
  options: WebhookOptions,
  waiting: Waiting,
): Promise<'sent' | 'rejected' | 'again'> {
  const { cluster, host } = options;
  try {
    const answer = await agent.request({
      origin: target.origin,
      path: target.path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'vigil',
        ...(target.authorization === null ? {} : { authorization: target.authorization }),
      },
      body: JSON.stringify({
        version: PAYLOAD_VERSION,
        cluster,
        reporter: host,
        at: waiting.at,
        ...waiting.report,
      }),
      signal: AbortSignal.timeout(options.deadlineMs),
    });
    await answer.body.dump({ limit: ANSWER_BYTES_MAX });
    if (answer.statusCode < 300) return 'sent';
    // What the receiver does not understand it will not understand later either.
    const isFinal = answer.statusCode < 500 && ![408, 425, 429].includes(answer.statusCode);
    return isFinal ? 'rejected' : 'again';
  } catch {
    return 'again';
  }
}

async function pause(forMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, forMs);
    signal.addEventListener('abort', done);
  });
}
