import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { Incident } from './incident.ts';

/**
 * Starts in place that nova was asked for and has not answered: each may still be carried out, and then resets whatever
 * guest of that VM runs, wherever it has been started meanwhile.
 */
export class OpenStarts {
  /** By VM. Those that are over go with the next that comes, so there are no more than nova left unanswered within Q. */
  private readonly starts = new Map<string, { readonly host: HostName; readonly untilMs: number }>();

  /** `host`: on which it was to be started. */
  note({ vm, host }: { readonly vm: string; readonly host: HostName }, now: number, openForMs: number): void {
    for (const [other, { untilMs }] of this.starts) if (untilMs <= now) this.starts.delete(other);
    this.starts.set(vm, { host, untilMs: now + openForMs });
  }

  isOpen(vm: string, now: number): boolean {
    return now < (this.starts.get(vm)?.untilMs ?? 0);
  }

  anyOn(host: HostName, now: number): boolean {
    return [...this.starts.values()].some((start) => start.host === host && now < start.untilMs);
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

/** May nova still carry out a start of any of its VMs? So it stands in the incident's record, for a successor to know of. */
export function anyStartOpen({ now }: Core, { openStarts }: Mastership, incident: Incident): boolean {
  // Which of them are its VMs is not known before they are read.
  return now < incident.startsOpenUntilMs || openStarts.anyOn(incident.record.victim, now);
}
