import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { Incident } from './incident.ts';

/**
 * Starts in place that nova was asked for and has not answered: each may still be carried out, and then resets whatever
 * guest of that VM runs, wherever it has been started meanwhile.
 */
export class OpenStarts {
  /** By VM. Those that are over go with the next that comes, so there are no more than nova left unanswered within Q. */
  private readonly untilMs = new Map<string, number>();

  note(vm: string, now: number, openForMs: number): void {
    for (const [other, untilMs] of this.untilMs) if (untilMs <= now) this.untilMs.delete(other);
    this.untilMs.set(vm, now + openForMs);
  }

  isOpen(vm: string, now: number): boolean {
    return now < (this.untilMs.get(vm) ?? 0);
  }
}

/** A VM is not built elsewhere before: the start would hit that guest. */
export function mayStillStart(
  { now }: Core,
  { openStarts }: Mastership,
  incident: Incident,
  vm: string,
): boolean {
  // Which of them a former master has asked for nobody knows.
  return now < incident.startsOpenUntilMs || openStarts.isOpen(vm, now);
}

/** May nova still carry out a start of any of its VMs? */
export function anyStartOpen({ now }: Core, { openStarts }: Mastership, incident: Incident): boolean {
  return (
    now < incident.startsOpenUntilMs || [...incident.vms.keys()].some((vm) => openStarts.isOpen(vm, now))
  );
}

/** So it stands in the incident's record, for a successor to know of; before its VMs are read it stands there already. */
export function isStartOpen(core: Core, master: Mastership, incident: Incident): boolean {
  return (
    anyStartOpen(core, master, incident) || (incident.vms.size === 0 && incident.record.hold === 'start-open')
  );
}
