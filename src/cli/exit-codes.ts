/** What every command ends with; stable, for scripts. */
export const EXIT = {
  ok: 0,
  /** Understood, and the answer is no or it failed. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** No agent answers. */
  unreachable: 3,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0  ok
  1  failed, or the answer is no
  2  the command line or the configuration is wrong
  3  no agent answers`;
