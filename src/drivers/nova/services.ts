/** nova-compute services (nova `api/openstack/compute/services.py`). */
import { z } from 'zod';
import type { ComputeService } from '../../core/recovery/cloud.ts';
import { type Budget, failed, type Outcome, succeed } from '../http/outcome.ts';
import type { NovaClient } from './nova-client.ts';
import { incomplete } from './paging.ts';

const wholeService = z.object({
  id: z.string(),
  binary: z.string(),
  host: z.string(),
  zone: z.string(),
  state: z.enum(['up', 'down']),
  status: z.enum(['enabled', 'disabled']),
  disabled_reason: z.string().nullable(),
  forced_down: z.boolean(),
  updated_at: z.string().nullable(),
});

/** What 2.69 and later show of a service whose cell does not answer. */
const stub = z.object({ host: z.string(), status: z.literal('UNKNOWN') });

const listSchema = z.object({ services: z.array(z.union([stub, wholeService])) });
const oneSchema = z.object({ service: wholeService });

export async function listServices(
  nova: NovaClient,
  budget: Budget,
  host: string | null = null,
): Promise<Outcome<readonly ComputeService[]>> {
  const query = { binary: 'nova-compute', ...(host === null ? {} : { host }) };
  const answer = await nova.read({ method: 'GET', path: '/os-services', query }, listSchema, budget);
  if (!answer.ok) return answer;
  const services: ComputeService[] = [];
  for (const service of answer.value.services) {
    if (service.status === 'UNKNOWN')
      return failed(incomplete(`the cell of ${service.host} does not answer`));
    services.push(computeService(service));
  }
  return succeed(services);
}

export async function forceDown(
  nova: NovaClient,
  call: { readonly serviceId: string; readonly forcedDown: boolean },
  budget: Budget,
): Promise<Outcome<ComputeService>> {
  const path = `/os-services/${encodeURIComponent(call.serviceId)}`;
  const body = { forced_down: call.forcedDown };
  const answer = await nova.read({ method: 'PUT', path, body }, oneSchema, budget);
  return answer.ok ? succeed(computeService(answer.value.service)) : answer;
}

function computeService(service: z.infer<typeof wholeService>): ComputeService {
  return {
    id: service.id,
    host: service.host,
    zone: service.zone,
    state: service.state,
    status: service.status,
    disabledReason: service.disabled_reason,
    forcedDown: service.forced_down,
    updatedAt: service.updated_at,
  };
}
