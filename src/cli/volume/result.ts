/** What a volume command ends with: words for a person, data for a program, and a code for a script. */
import { visible, visibleJson } from '../visible.ts';

export const EXIT_OK = 0;
/** Understood and refused, or measured and found unsafe. */
export const EXIT_REFUSED = 1;
/** The volume cannot be read or written, or is none. */
export const EXIT_VOLUME = 2;

export interface CommandResult {
  readonly exitCode: number;
  readonly lines: readonly string[];
  readonly json: unknown;
}

export function refused(exitCode: number, code: string, detail: string): CommandResult {
  return { exitCode, lines: [detail], json: { error: { code, detail } } };
}

/** Anybody who can write the volume may have written what is in it. */
export function printed({ lines, json }: CommandResult, asJson: boolean): string {
  return asJson ? visibleJson(json, 2) : lines.map(visible).join('\n');
}
