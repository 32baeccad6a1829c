/** `POST /servers/{vm}/action {"evacuate": …}` (nova `api/openstack/compute/evacuate.py`): 200, empty, asynchronous. */
import type { CloudResults } from '../../core/recovery/cloud.ts';
import { type Budget, type Outcome, succeed } from '../http/outcome.ts';
import type { NovaClient } from './nova-client.ts';

export async function evacuate(
  nova: NovaClient,
  call: { readonly vm: string; readonly target: string },
  budget: Budget,
): Promise<Outcome<CloudResults['evacuate']>> {
  // No `force`: gone since 2.68, and before it would bypass the scheduler's checks.
  const body = { evacuate: { host: call.target } };
  const path = `/servers/${encodeURIComponent(call.vm)}/action`;
  const answer = await nova.send({ method: 'POST', path, body }, budget);
  return answer.ok ? succeed({ requestId: answer.value.requestId }) : answer;
}
