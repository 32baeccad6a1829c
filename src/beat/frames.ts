/** Frames on a stream: u32 length, little-endian, then that many bytes of JSON in UTF-8. */
import { FRAME_HEAD_BYTES } from '../core/wire/beat-messages.ts';

/** Null if it is larger than the reader would take. */
export function encodeFrame(message: object, maxBytes: number): Buffer | null {
  const json = Buffer.from(JSON.stringify(message));
  if (json.length > maxBytes) return null;
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32LE(json.length);
  return Buffer.concat([head, json]);
}

export interface FrameReader {
  /** The texts of all frames that are complete now; null as soon as one announces more than the limit. */
  readonly push: (chunk: Buffer) => string[] | null;
}

export function frameReader(maxBytes: number): FrameReader {
  let chunks: Buffer[] = [];
  let bytes = 0;
  return {
    push(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
      const texts: string[] = [];
      while (bytes >= FRAME_HEAD_BYTES) {
        if ((chunks[0]?.length ?? 0) < FRAME_HEAD_BYTES) chunks = [Buffer.concat(chunks)];
        const length = chunks[0]?.readUInt32LE() ?? 0;
        if (length > maxBytes) return null;
        if (bytes < FRAME_HEAD_BYTES + length) break;
        const all = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
        texts.push(all.toString('utf8', FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + length));
        chunks = [all.subarray(FRAME_HEAD_BYTES + length)];
        bytes -= FRAME_HEAD_BYTES + length;
      }
      return texts;
    },
  };
}
