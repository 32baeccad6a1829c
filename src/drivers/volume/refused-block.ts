import type { DamageReason } from '../../core/wire/observations.ts';
import type { Refusal } from '../udp/refusals.ts';
import type { RefusedBlock } from './block-reader.ts';

/** A block on a volume is a door, too: one report for each that is written by somebody who is not believed. */
export function refusalOf(volume: string, { kind, index, claimed, reason }: RefusedBlock): Refusal {
  const name = claimed === null ? '' : ` in the name of ${claimed}`;
  return {
    door: 'volume',
    code: reason.code,
    from: `${volume}/${kind}-${index}`,
    words: `${kind} ${index} of volume ${volume} is written${name} ${how(kind, reason)}`,
  };
}

function how(kind: RefusedBlock['kind'], reason: DamageReason): string {
  if (reason.code === 'bad-field') return `and is not understood (${reason.path} must be ${reason.expected})`;
  if (reason.code === 'misplaced') return `with what was written for ${kind} ${reason.writtenFor}`;
  return 'with a wrong key';
}
