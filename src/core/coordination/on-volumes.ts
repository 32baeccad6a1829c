/** The coordination port on the lease volumes: seats, incident cells and slots, each block with one writer. */
import type { Coordination } from './port.ts';
import { checkLicence } from './volume/check-licence.ts';
import { claim } from './volume/claim.ts';
import { hasPlaceFor, readOwnRecord, takeUpRecords, writeRecord } from './volume/cells.ts';
import { continued, noteFormerAgent } from './volume/former-agent.ts';
import {
  couldWrite,
  isClear,
  isKnown,
  livingAgent,
  open,
  removedSinceMs,
  tells,
  writeIntents,
} from './volume/intents.ts';
import {
  former,
  hasPlace,
  heritage,
  holder,
  isPast,
  isVacant,
  release,
  remainingMs,
  renewals,
  sawHolder,
  stamp,
} from './volume/lease-seats.ts';

export const onVolumes: Coordination = {
  lease: {
    isVacant,
    hasPlace,
    holder,
    sawHolder,
    former,
    claim,
    renewals,
    release,
    remainingMs,
    stamp,
    isPast,
    heritage,
  },
  incidents: { hasPlaceFor, write: writeRecord, takeUp: takeUpRecords, readOwn: readOwnRecord },
  intents: {
    isKnown,
    noteFormerAgent,
    continued,
    couldWrite,
    write: writeIntents,
    open,
    isClear,
    tells,
    livingAgent,
    removedSinceMs,
  },
  check: checkLicence,
};
