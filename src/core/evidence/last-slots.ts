/**
 * The slot of each host. One volume may show two: a write of a dead beat that lands late fills one that was freed, or was
 * left. Where the host went on is the one with the higher (incarnation, counter), as for its beats; the other one is of
 * the past, and must neither hide that one nor look like a step of it.
 */
import type { SlotObservation } from '../wire/observations.ts';
import type { HostName } from '../wire/records.ts';

export type ReadSlot = Extract<SlotObservation, { readonly state: 'read' }>;

export function lastSlots(slots: readonly SlotObservation[]): ReadonlyMap<HostName, ReadSlot> {
  const last = new Map<HostName, ReadSlot>();
  for (const slot of slots) {
    if (slot.state !== 'read') continue;
    const other = last.get(slot.host);
    if (other === undefined || isLater(slot, other)) last.set(slot.host, slot);
  }
  return last;
}

const isLater = ({ header: a }: ReadSlot, { header: b }: ReadSlot): boolean =>
  a.incarnation > b.incarnation || (a.incarnation === b.incarnation && a.counter > b.counter);
