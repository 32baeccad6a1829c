/**
 * The guest behind a server: what its hypervisor says of it, and starting it anew where it is.
 *
 * nova-compute asks its hypervisor on each `GET /servers/{id}/diagnostics` and tells more only of a guest that runs; of
 * any other the answer is 409 (`compute/manager.py` get_instance_diagnostics), which is what a start depends on here.
 */
import { z } from 'zod';
import { type CloudFailure, type CloudResults, NOT_RUNNING } from '../../core/recovery/cloud.ts';
import { type Budget, failed, type Outcome, succeed } from '../http/outcome.ts';
import type { NovaClient } from './nova-client.ts';

/** From 2.48 on; older answers are the hypervisor's own and tell nothing alike. */
const diagnosticsSchema = z.object({ state: z.string() });

export async function guestState(
  nova: NovaClient,
  vm: string,
  budget: Budget,
): Promise<Outcome<CloudResults['guest-state']>> {
  const path = `/servers/${encodeURIComponent(vm)}/diagnostics`;
  const answer = await nova.read({ method: 'GET', path }, diagnosticsSchema, budget);
  if (answer.ok) return succeed({ state: answer.value.state });
  return foundNotRunning(answer.failure) ? succeed({ state: NOT_RUNNING }) : failed(answer.failure);
}

/**
 * "Cannot 'get_diagnostics' instance … while it is in power state running": the state it names is the recorded one, so
 * only the attribute counts, which nova does not translate. Another 409 (no host yet, a vm_state) says nothing.
 */
function foundNotRunning({ code, detail }: CloudFailure): boolean {
  return code === 'conflict' && detail.includes('power state');
}

/** `reboot` with type HARD (`compute/api.py` _hard_reboot): 202, asynchronous; an administrator passes a lock. */
export async function hardReboot(
  nova: NovaClient,
  vm: string,
  budget: Budget,
): Promise<Outcome<CloudResults['hard-reboot']>> {
  const path = `/servers/${encodeURIComponent(vm)}/action`;
  const answer = await nova.send({ method: 'POST', path, body: { reboot: { type: 'HARD' } } }, budget);
  return answer.ok ? succeed({ requestId: answer.value.requestId }) : answer;
}
