/**
 * A new master's first work: after its claim is written, read all cells and slots anew, so that whatever a former
 * master's slaves still do is seen, and take up what was left open.
 */
import { leaseVolumes, majorityOf } from '../election/lease.ts';
import { otherSeats } from '../election/seats.ts';
import { forgetNetwork } from '../evidence/network-path.ts';
import { noteEvidence } from '../evidence/note.ts';
import { all, start, type Task } from '../lib/task.ts';
import { createIncident, highestRecord } from '../recovery/incident.ts';
import { endOthers, inherit, noteHeritage } from '../reports/book.ts';
import { request, sleep } from '../requests.ts';
import { isActing, type Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import type { CellObservation } from '../wire/observations.ts';
import type { HostName, IncidentRecord } from '../wire/records.ts';
import { work } from './declare.ts';
import type { Mastership } from './mastership.ts';

export function takeOver(core: Core, master: Mastership): void {
  noteHeritage(core, otherSeats(core));
  inherit(core);
  for (const { network } of core.hosts.values()) forgetNetwork(network);
  const { host } = core.settings;
  endOthers(core, `host/${host}/`, [], () => `${host} is the master now`);
  start(adopt(core, master), () => isActing(core, master));
}

function* adopt(core: Core, master: Mastership): Task<void> {
  const volumes = leaseVolumes(core.volumes.values());
  for (;;) {
    const reads = yield* all(
      volumes.map((volume) => readAll(core, volume)),
      () => isActing(core, master),
    );
    const good = reads.filter((read) => read !== null);
    if (good.length >= majorityOf(volumes.length)) {
      adoptIncidents(core, master, good.flat());
      master.holds.delete('not-adopted');
      master.adopted = true;
      return;
    }
    master.holds.set(
      'not-adopted',
      'the incidents and intents of the former master cannot be read on a majority of lease volumes',
    );
    yield* sleep(core, core.settings.timing.beatMs);
  }
}

function* readAll(core: Core, volume: OwnVolume): Task<readonly CellObservation[] | null> {
  const { beatMs } = core.settings.timing;
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['slots', 'cells'] },
    4 * beatMs,
  );
  if (read === null || !read.ok || read.slots === null || read.cells === null) return null;
  noteEvidence(core, volume, read.slots, read);
  if (read.slots.some(({ state }) => state === 'damaged') && core.master !== null) {
    core.master.blindUntilMs = core.now + core.settings.timing.openRequestMs;
  }
  return read.cells;
}

function adoptIncidents(core: Core, master: Mastership, cells: readonly CellObservation[]): void {
  const byVictim = new Map<HostName, IncidentRecord[]>();
  for (const cell of cells) {
    if (cell.state !== 'read') continue;
    byVictim.set(cell.body.victim, [...(byVictim.get(cell.body.victim) ?? []), cell.body]);
  }
  for (const [victim, records] of byVictim) {
    const record = highestRecord(records);
    if (record === null || record.phase === 'closed' || victim === core.settings.host) continue;
    core.outbox.push({ do: 'journal', event: 'adopted', data: { ...record } });
    // Whatever the former master sent, it may have sent.
    const sent = record.phase === 'evacuating' || record.phase === 'returning';
    work(core, master, victim, createIncident(record, core.now, sent, true));
  }
}
