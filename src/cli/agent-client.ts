import { request } from 'node:http';
import { errno } from '../config/errno.ts';
import { ANSWER_BYTES_MAX } from '../drivers/orders/contract.ts';

export interface AgentCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly deadlineMs?: number;
}

export type AgentAnswer =
  | { readonly ok: true; readonly text: string; readonly json: unknown }
  | { readonly ok: false; readonly reached: boolean; readonly words: string };

const DEADLINE_MS = 20_000;

/** Asks the agent of this host through its socket. */
export async function askAgent(socketPath: string, call: AgentCall): Promise<AgentAnswer> {
  return new Promise((resolve) => {
    const text = call.body === undefined ? null : JSON.stringify(call.body);
    const headers =
      text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const asking = request({ socketPath, path: call.path, method: call.method, agent: false, headers });
    const settle = (answer: AgentAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      asking.destroy();
    };
    const deadlineMs = call.deadlineMs ?? DEADLINE_MS;
    const timer = setTimeout(
      () =>
        settle({ ok: false, reached: false, words: `no answer from ${socketPath} within ${deadlineMs} ms` }),
      deadlineMs,
    );
    asking.on('error', (error) =>
      settle({ ok: false, reached: false, words: unreachable(socketPath, errno(error)) }),
    );
    asking.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
        else settle({ ok: false, reached: true, words: `an answer of more than ${ANSWER_BYTES_MAX} bytes` });
      });
      response.on('error', (error) =>
        settle({ ok: false, reached: false, words: unreachable(socketPath, errno(error)) }),
      );
      response.on('end', () =>
        settle(read(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))),
      );
    });
    asking.end(text ?? undefined);
  });
}

function read(status: number, text: string): AgentAnswer {
  const json = parse(text);
  if (status === 200) return { ok: true, text, json };
  const words =
    typeof json === 'object' && json !== null && 'words' in json ? String(json.words) : `HTTP ${status}`;
  return { ok: false, reached: true, words };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreachable(socketPath: string, code: string): string {
  if (code === 'EACCES') return `${socketPath} may only be opened by its owner; try sudo`;
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return `no agent serves ${socketPath}; is vigil agent running?`;
  return `${socketPath}: ${code}`;
}
