/** One call to OpenStack and its answer; silence is an answer too. */
import type { RequestId } from '../input.ts';
import type { Task } from '../lib/task.ts';
import { request } from '../requests.ts';
import type { Core } from '../state.ts';
import type { CloudAnswer, CloudCall, CloudFailure } from './cloud.ts';

/** Of a read; nova's own time-outs are longer, and the next round asks again. */
export const NOVA_DEADLINE_MS = 20_000;

export function* askCloud<K extends CloudCall['call']>(
  core: Core,
  call: Extract<CloudCall, { readonly call: K }>,
  onBehalfOf: RequestId | null = null,
  deadlineMs = NOVA_DEADLINE_MS,
): Task<CloudAnswer<K>> {
  const waitMs = deadlineMs + core.settings.timing.beatMs;
  const result = yield* request(core, { do: 'cloud', call, onBehalfOf, deadlineMs }, waitMs);
  if (result !== null && result.answer.call === call.call) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the union over K is not seen through
    return result.answer as unknown as CloudAnswer<K>;
  }
  const detail = `no answer to ${call.call} by the deadline`;
  const failure: CloudFailure = { code: 'no-answer', service: 'nova', status: null, requestId: null, detail };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the union over K is not seen through
  return { call: call.call, ok: false, failure } as unknown as CloudAnswer<K>;
}
