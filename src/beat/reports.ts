/** Blocks as the agent is told of them; a payload only when it is not the one this connection was told last. */
import type { BlockReport } from '../core/wire/beat-messages.ts';
import { type BlockDecoded, decodeBlock } from '../core/wire/block.ts';
import type { Blocks } from '../core/wire/layout.ts';
import type { BlockHeader } from '../core/wire/records.ts';
import type { Io, VolumeFile } from './volume-file.ts';

export interface ReportMemory {
  readonly forget: () => void;
  readonly read: (
    file: VolumeFile,
    kind: BlockHeader['kind'],
    blocks: Blocks,
  ) => Io<{ readonly reports: BlockReport[] }>;
}

/** One block in full, for whoever may not have been told of it. */
export function wholeReport(
  index: number,
  block: Extract<BlockDecoded, { readonly state: 'read' }>,
): BlockReport {
  const payload = Buffer.from(block.payload).toString('base64');
  return { index, header: block.header, payload, damaged: null };
}

/** Whatever is read must be sent, or forgotten: the memory takes it for told. */
export function reportMemory(): ReportMemory {
  const told = new Map<string, string>();
  return {
    forget: () => told.clear(),
    read(file, kind, blocks) {
      const reports: BlockReport[] = [];
      const done = file.readBlocks(blocks, (index, bytes) => {
        const place = `${kind} ${index}`;
        const block = decodeBlock(bytes, kind);
        if (block.state !== 'read') {
          told.delete(place);
          if (block.state === 'damaged') {
            reports.push({ index, header: block.header ?? null, payload: null, damaged: block.reason });
          }
          return;
        }
        const { owner, boot, incarnation } = block.header;
        const now = `${owner} ${boot} ${incarnation} ${block.payloadCrc} ${block.payload.length}`;
        const changed = told.get(place) !== now;
        told.set(place, now);
        const payload = changed ? Buffer.from(block.payload).toString('base64') : null;
        reports.push({ index, header: block.header, payload, damaged: null });
      });
      return done.ok ? { ok: true, reports } : done;
    },
  };
}
