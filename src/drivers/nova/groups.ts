/** Server groups of all projects (nova `api/openstack/compute/server_groups.py`). */
import { z } from 'zod';
import type { ServerGroup } from '../../core/recovery/cloud.ts';
import { type Budget, failed, type Outcome, succeed } from '../http/outcome.ts';
import type { NovaClient } from './nova-client.ts';
import { incomplete, PAGE_LIMIT, PAGES_MAX } from './paging.ts';

const policy = z.enum(['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity']);

const listSchema = z.object({
  server_groups: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      members: z.array(z.string()),
      // One policy from 2.64 on, a list with one before.
      policy: policy.nullish(),
      policies: z.array(policy).optional(),
    }),
  ),
});

/** Groups are paged by offset and without links: a short page is the last. */
export async function listGroups(nova: NovaClient, budget: Budget): Promise<Outcome<readonly ServerGroup[]>> {
  const groups = new Map<string, ServerGroup>();
  let offset = 0;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const query = { all_projects: 'True', limit: String(PAGE_LIMIT), offset: String(offset) };
    const answer = await nova.read({ method: 'GET', path: '/os-server-groups', query }, listSchema, budget);
    if (!answer.ok) return answer;
    const page = answer.value.server_groups;
    for (const group of page) {
      const known = group.policy ?? group.policies?.[0];
      // A group without a policy (possible in very old records) constrains nothing.
      if (known === undefined) continue;
      groups.set(group.id, { id: group.id, name: group.name, policy: known, members: group.members });
    }
    // Nova may be configured to give fewer than asked for; only an empty page is surely the end.
    if (page.length === 0) return succeed([...groups.values()]);
    offset += page.length;
  }
  return failed(incomplete(`/os-server-groups has more than ${PAGES_MAX} pages`));
}
