/**
 * Words for the agent are cut to what it takes, for anything longer would cost the connection: the path of a volume alone
 * may have more. So paths go first; of what is still too long, beginning and end are told.
 */
import { type BeatMessage, MAX_DETAIL_LENGTH } from '../core/wire/beat-messages.ts';

const CUT = '[…]';
/** More has no word that is not a path; both ends of one, which a message may have several times. */
const PATH = /(\S{80})\S{40,}(\S{80})/g;
const END_LENGTH = 400;

export function withShortWords(message: BeatMessage): BeatMessage {
  switch (message.kind) {
    case 'failed':
    case 'stopped':
      return { ...message, detail: short(message.detail) };
    case 'beat': {
      const { error } = message;
      return error === null ? message : { ...message, error: { ...error, detail: short(error.detail) } };
    }
    case 'welcome':
    case 'body-written':
    case 'cell-written':
    case 'seat-written':
    case 'read-done':
    case 'is':
      return message;
  }
}

function short(words: string): string {
  if (words.length <= MAX_DETAIL_LENGTH) return words;
  const cut = words.replaceAll(PATH, `$1${CUT}$2`);
  if (cut.length <= MAX_DETAIL_LENGTH) return cut;
  return `${cut.slice(0, MAX_DETAIL_LENGTH - END_LENGTH - CUT.length)}${CUT}${cut.slice(-END_LENGTH)}`;
}
