/** The state the master gives a host; the words of the glossary. */
export const VERDICTS = [
  'online',
  'suspect',
  'failed',
  'isolated',
  'partitioned',
  'agent-down',
  'degraded',
  'unknown',
  'maintenance',
  'stopped',
  'returning',
] as const;

export type Verdict = (typeof VERDICTS)[number];
