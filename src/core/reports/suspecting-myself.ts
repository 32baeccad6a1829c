/** Of the host, not of the master: one that was paused ends its own when it goes on, and another may have one by then. */
import type { Core } from '../state.ts';
import { begin, end } from './book.ts';

export function beginSuspectingMyself(core: Core, words: string): void {
  const { host } = core.settings;
  const text = {
    severity: 'critical',
    host,
    title: `the master suspects itself: ${words}`,
    rule: '1: it hears no host and no isolation address, or cannot read what it needs to judge',
    evidence: {},
    advice:
      'Vigil leaves all VMs alone, and cannot tell whether the hosts live that it does not hear. Check the ' +
      'management network of the master, or of the whole site.',
  } as const;
  // Its seat may be out of reach, and it ends with its mastership.
  begin(core, causeOf(core), text, false);
}

export function endSuspectingMyself(core: Core, title: string): void {
  end(core, causeOf(core), title);
}

function causeOf({ settings }: Core): string {
  return `suspecting-myself/${settings.host}`;
}
