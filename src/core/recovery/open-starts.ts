import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';

/**
 * Starts in place that nova was asked for and has not answered: each may still be carried out, and then resets whatever
 * guest of that VM runs, wherever it has been started meanwhile.
 */
export class OpenStarts {
  /** By VM. Those that are over go with the next that comes, so there are no more than nova left unanswered within Q. */
  private readonly starts = new Map<string, { readonly host: HostName; readonly untilMs: number }>();
  /** By host: until when those of former masters may be open there. Of which VMs nobody knows. At most MAX_HOSTS. */
  private readonly formers = new Map<HostName, number>();

  /** `host`: on which it was to be started. */
  note({ vm, host }: { readonly vm: string; readonly host: HostName }, now: number, openForMs: number): void {
    for (const [other, { untilMs }] of this.starts) if (untilMs <= now) this.starts.delete(other);
    this.starts.set(vm, { host, untilMs: now + openForMs });
  }

  noteFormer(host: HostName, untilMs: number): void {
    this.formers.set(host, untilMs);
  }

  isOpen(vm: string, now: number): boolean {
    return now < (this.starts.get(vm)?.untilMs ?? 0);
  }

  isFormerOpenOn(host: HostName | null, now: number): boolean {
    return host !== null && now < (this.formers.get(host) ?? 0);
  }

  anyOn(host: HostName, now: number): boolean {
    if (this.isFormerOpenOn(host, now)) return true;
    return [...this.starts.values()].some((start) => start.host === host && now < start.untilMs);
  }
}

/**
 * A VM is not built elsewhere before, nor started anew: the start would hit that guest. `victim`: where it is; `rows`: of
 * that host, which tell where it was before.
 */
export function mayStillStart(
  { now }: Core,
  { openStarts }: Mastership,
  victim: HostName,
  vm: string,
  rows: readonly Migration[],
): boolean {
  if (openStarts.isOpen(vm, now) || openStarts.isFormerOpenOn(victim, now)) return true;
  return rows.some((row) => row.vm === vm && openStarts.isFormerOpenOn(row.source, now));
}
