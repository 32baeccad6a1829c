/** Block 0: the facts of a volume. Readable without a key, so that a person without one can find out what it is. */
import { decodeJson, encodeJson } from '../lib/ascii.ts';
import { type BlockEncoded, decodeBlock, encodeBlock } from './block.ts';
import type { DamageReason } from './observations.ts';
import { superblock } from './record-checks.ts';
import type { Superblock } from './records.ts';

export type SuperblockDecoded =
  | { readonly state: 'free' }
  | { readonly state: 'read'; readonly superblock: Superblock }
  | { readonly state: 'damaged'; readonly reason: DamageReason };

export function encodeSuperblock(facts: Superblock): BlockEncoded {
  const checked = superblock(facts, 'superblock');
  if (!checked.ok) return checked;
  return encodeBlock({
    header: {
      kind: 'superblock',
      owner: '0'.repeat(16),
      boot: '0'.repeat(32),
      incarnation: facts.generation,
      counter: 0,
      agentSilentMs: 0,
      given: false,
    },
    leaving: false,
    payload: encodeJson(checked.value),
  });
}

export function decodeSuperblock(bytes: Uint8Array): SuperblockDecoded {
  const block = decodeBlock(bytes, 'superblock');
  if (block.state !== 'read') return block;
  const facts = superblock(decodeJson(block.payload), 'superblock');
  return facts.ok
    ? { state: 'read', superblock: facts.value }
    : { state: 'damaged', reason: { code: 'bad-field', path: facts.path, expected: facts.expected } };
}
