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

const MEANINGS = {
  ok: 'ok',
  failed: 'failed, or the answer is no',
  usage: 'the command line or the configuration is wrong',
  unreachable: 'no agent answers',
} as const;

/** For the help of a command: those that it can end with. */
export function exitCodesHelp(...can: readonly (keyof typeof EXIT)[]): string {
  return ['', 'Exit codes:', ...can.map((name) => `  ${EXIT[name]}  ${MEANINGS[name]}`)].join('\n');
}

/** Of what runs or checks by itself. */
export const OWN_EXIT_CODES = exitCodesHelp('ok', 'failed', 'usage');
/** Of what asks an agent. */
export const ASKING_EXIT_CODES = exitCodesHelp('ok', 'failed', 'usage', 'unreachable');
