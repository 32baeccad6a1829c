/** What an agent behind the API answers at once, and what its answers must be. */
import assert from 'node:assert/strict';
import type { Answer } from '../../src/core/effect.ts';

export const ANSWERS: { readonly [To in Answer['to']]: Extract<Answer, { readonly to: To }> } = {
  restart: { to: 'restart', outcome: { outcome: 'accepted', migrationId: 7 } },
  probe: { to: 'probe', answer: 'kernel' },
  'confirm-dead': { to: 'confirm-dead', ok: true, words: 'taken' },
  maintenance: { to: 'maintenance', ok: true, words: 'taken' },
  status: {
    to: 'status',
    status: {
      cluster: 'blue',
      host: 's',
      role: 'slave',
      master: null,
      term: 0,
      holds: [],
      volumes: [],
      hosts: [],
      incidents: [],
    },
  },
  gate: { to: 'gate', open: true, words: 'open' },
};

export function jsonOf(answer: {
  readonly status: number;
  readonly text: string;
}): Readonly<Record<string, unknown>> {
  let json: unknown = null;
  try {
    json = JSON.parse(answer.text);
  } catch {
    assert.fail(`no JSON: ${answer.status} "${answer.text}"`);
  }
  assert.ok(typeof json === 'object' && json !== null, answer.text);
  return { ...json };
}
