/** A dump for a person: one line for each block that is not free. */
import { incidentRecord, seatBody, slotBody } from '../../core/wire/record-checks.ts';
import type { DamageReason } from '../../core/wire/observations.ts';
import type { Dump, DumpedBlock } from './dump.ts';

export function renderDump({ path, superblock, seats, slots, cells }: Dump): string[] {
  const kind =
    superblock.leaseVolumes === 0 ? 'heartbeats only' : `lease volume, one of ${superblock.leaseVolumes}`;
  return [
    `${path}: volume ${superblock.volumeUuid} of cluster "${superblock.cluster}", format ${superblock.format}, ${kind}`,
    `seats: ${seats.length} of ${superblock.seats} used`,
    ...seats.map((seat) => line(`seat ${seat.index}`, seat, seatWords)),
    `slots: ${slots.length} of ${superblock.slots} used`,
    ...slots.map((slot) => line(`slot ${slot.index}`, slot, slotWords)),
    `incident cells: ${cells.length} used`,
    ...cells.map((cell) => line(`cell ${cell.index} of slot ${Math.floor(cell.index / 2)}`, cell, cellWords)),
  ];
}

function line(place: string, block: DumpedBlock<unknown>, words: (body: unknown) => string): string {
  switch (block.state) {
    case 'damaged':
      return `  ${place}: DAMAGED, ${damageWords(block.reason)}`;
    case 'claimed':
      return `  ${place}: claimed by owner ${block.header.owner}, ${block.moving}; its agent has said nothing yet`;
    case 'used': {
      const { host, header, moving, leaving, bodyBoot } = block;
      const isCell = header.kind === 'cell';
      const parts = [
        `  ${place}: ${isCell ? `written by ${host}` : host}`,
        ...(isCell ? [] : [moving]),
        words(block.body),
        ...(header.kind === 'slot' ? [`agent silent for ${header.agentSilentMs} ms`] : []),
        ...(leaving ? ['leaving'] : []),
        ...(bodyBoot === header.boot ? [] : ['rebooted since its agent last spoke']),
      ];
      return parts.filter((part) => part !== '').join(', ');
    }
    default:
      return `  ${place}`;
  }
}

function slotWords(body: unknown): string {
  const slot = slotBody(body, '');
  if (!slot.ok) return '';
  const { address, role, eligible, view, maintenance, intents, termSeen } = slot.value;
  return [
    `${role}${eligible ? ', eligible' : ''}`,
    `at ${address.ip}`,
    view.master === null ? 'hears no master' : `hears master ${view.master}`,
    `term ${termSeen}`,
    ...(maintenance.declared === null ? [] : [`in maintenance by ${maintenance.declared.by}`]),
    ...(intents.length > 0 ? [`${intents.length} open intents`] : []),
  ].join(', ');
}

function seatWords(body: unknown): string {
  const seat = seatBody(body, '');
  return seat.ok ? `${seat.value.phase}, term ${seat.value.term}` : '';
}

function cellWords(body: unknown): string {
  const cell = incidentRecord(body, '');
  if (!cell.ok) return '';
  const { id, victim, phase, hold, proof, term, sequence } = cell.value;
  const held = hold === null ? '' : `, held: ${hold}`;
  return `incident ${id} of ${victim}: ${phase}${held}, proof ${proof ?? 'none yet'} (term ${term}, sequence ${sequence})`;
}

export function damageWords(reason: DamageReason): string {
  switch (reason.code) {
    case 'bad-magic':
      return 'something else than Vigil wrote here';
    case 'newer-format':
      return `written by a newer Vigil (format ${reason.format})`;
    case 'header-checksum':
      return 'its header fails its checksum';
    case 'torn':
      return 'half written (its content fails its checksum)';
    case 'bad-mac':
      return 'not authentic';
    case 'misplaced':
      return `a copy of what was written for number ${reason.writtenFor}`;
    case 'bad-field':
      return `${reason.path} must be ${reason.expected}`;
    default:
      return 'unknown damage';
  }
}
