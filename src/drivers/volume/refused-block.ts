import type { Refusal } from '../udp/refusals.ts';
import type { RefusedBlock } from './block-reader.ts';

/** A block on a volume is a door, too: one report for each that is written by somebody who is not believed. */
export function refusalOf(volume: string, { kind, index, claimed, reason }: RefusedBlock): Refusal {
  const name = claimed === null ? '' : ` in the name of ${claimed}`;
  const how =
    reason.code === 'bad-field'
      ? `and is not understood (${reason.path} must be ${reason.expected})`
      : 'with a wrong key';
  return {
    door: 'volume',
    code: reason.code,
    from: `${volume}/${kind}-${index}`,
    words: `${kind} ${index} of volume ${volume} is written${name} ${how}`,
  };
}
