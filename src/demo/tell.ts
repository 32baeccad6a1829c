/** What the demonstration says: calm on a terminal, plain in a log. */
import { styled, table } from '../cli/output.ts';

export type Tone = 'plain' | 'good' | 'bad' | 'quiet';

export interface Teller {
  title(text: string): void;
  say(text: string, tone?: Tone): void;
  /** Something that happened so long after the fault. */
  at(sinceFaultMs: number, text: string, tone?: Tone): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
}

const STYLE = { good: 'green', bad: 'red', quiet: 'dim' } as const;

export function createTeller(print: (line: string) => void): Teller {
  const toned = (text: string, tone: Tone): string => (tone === 'plain' ? text : styled(STYLE[tone], text));
  return {
    title(text) {
      print('');
      print(styled('bold', text));
    },
    say: (text, tone = 'plain') => print(`  ${toned(text, tone)}`),
    at: (sinceFaultMs, text, tone = 'plain') =>
      print(`  ${styled('dim', `${seconds(sinceFaultMs).padStart(5)} s`)}  ${toned(text, tone)}`),
    table(head, rows) {
      for (const line of table(head, rows).split('\n')) print(`  ${line}`);
    },
  };
}

export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
