/** Who may do what: every rule that Vigil needs is an administrator's by default (nova `policies/`). */
import type { CloudState, UserRecord } from './model/state.ts';

/** Rules that any user of a project has for the project's own things. */
const PROJECT_RULES = new Set([
  'os_compute_api:servers:detail',
  'os_compute_api:servers:show',
  'os_compute_api:servers:create',
  'os_compute_api:servers:delete',
  'os_compute_api:servers:reboot',
  'os_compute_api:os-server-groups:index',
  'os_compute_api:os-server-groups:create',
]);

export function may(user: UserRecord, rule: string): boolean {
  if (user.deniedRules.includes(rule)) return false;
  return user.admin || PROJECT_RULES.has(rule);
}

/** The user whose token this is; null when it is unknown or has expired. */
export function userOfToken(state: CloudState, token: string | undefined): UserRecord | null {
  const record = token === undefined ? undefined : state.tokens.get(token);
  if (record === undefined || record.expiresAtMs <= state.options.clock.nowMs()) return null;
  return state.users.get(record.userId) ?? null;
}
