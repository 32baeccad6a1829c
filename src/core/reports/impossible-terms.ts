/** The master reports hosts that tell of a term which cannot be: nobody believes them, and they follow no master. */
import { MAX_HEARSAY_TERM } from '../evidence/term.ts';
import type { Core } from '../state.ts';
import { begin, endOthers } from './book.ts';

export function reportImpossibleTerms(core: Core): void {
  const open: string[] = [];
  for (const { host, said } of core.hosts.values()) {
    if (said === null || said.termSeen <= MAX_HEARSAY_TERM) continue;
    const cause = `term/${host}`;
    open.push(cause);
    begin(core, cause, {
      severity: 'critical',
      host,
      title: `${host} tells of a term that cannot be`,
      rule: `It says that it has seen term ${said.termSeen}, and this master has ${core.termSeen}: what is above ${MAX_HEARSAY_TERM} is believed of nobody.`,
      evidence: { term: said.termSeen, own: core.termSeen },
      advice: `It takes no orders and hears no master. Its memory or its software is broken, or its key is in other hands: find out, then restart its agent.`,
    });
  }
  endOthers(
    core,
    'term/',
    open,
    (cause) => `${cause.slice('term/'.length)} tells of no impossible term any more`,
  );
}
