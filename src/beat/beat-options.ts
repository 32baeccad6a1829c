/** What a beat is started with, says while it runs, and ends with. */
export interface BeatOptions {
  readonly volumePath: string;
  readonly volumeName: string;
  readonly cluster: string;
  readonly host: string;
  /** 32 hex digits: /proc/sys/kernel/random/boot_id without its dashes. */
  readonly bootId: string;
  readonly socketPath: string;
  readonly beatMs: number;
  /** Of an eligible host on a lease volume. */
  readonly wantsSeat: boolean;
  /** Aborts to stop cleanly. */
  readonly stop: AbortSignal;
  readonly log: (line: BeatLogLine) => void;
}

export interface BeatLogLine {
  readonly level: 'info' | 'warning' | 'error';
  readonly event: string;
  readonly detail: string;
}

/** Exit codes, for the service manager and for people. */
export const EXIT_STOPPED = 0;
/** The volume cannot be used until a person has done something. */
export const EXIT_UNUSABLE = 2;
export const EXIT_ANOTHER_BEAT = 3;
export const EXIT_NO_DIRECT_IO = 4;

export interface BeatExit {
  readonly code: number;
  readonly detail: string;
}

export const REOPEN_BACKOFF_MS_MAX = 8_000;
