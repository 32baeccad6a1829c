/**
 * A host may boot once more while its incident is open. Of VMs that were settled in the life that has ended then, what they
 * were in it counts, and no longer what they were when the host failed first: their owners may have had a word since.
 */
import type { Core } from '../state.ts';
import type { Server } from './cloud.ts';
import { cutOffMigrations, lastReport } from './cut-off-migrations.ts';
import { TRY_EVERY_MS } from './in-place-round.ts';
import type { Comeback, Incident } from './incident.ts';
import type { OnHost } from './reading.ts';

/** Not of a reading that has ended in yet another life, whose nova-compute may have missed its guests by then. */
export function noteLife(core: Core, incident: Incident, back: Comeback, { servers, rows }: OnHost): void {
  const { record, vms, before } = incident;
  if (before === null || core.hosts.get(record.victim)?.boot !== back.boot) return;
  const known = new Map(before.servers.map((server) => [server.vm, server]));
  const settled = servers.filter(({ vm }) => vms.get(vm)?.inPlace.settledInBoot === back.boot);
  const ran = settled.filter(({ vm }) => vms.get(vm)?.state !== 'not-recovered');
  // Of one that was left nobody knows who has stopped it; but nova-compute makes none active that was not.
  const started = settled.filter((server) => isActive(server) && !isActive(known.get(server.vm)));
  const toRun = new Map(incident.toRun);
  for (const server of [...ran, ...started]) {
    known.set(server.vm, server);
    toRun.delete(server.vm);
  }
  incident.before = { ...before, servers: [...known.values()] };
  incident.toRun = toRun;
  const cutOff = cutOffMigrations(ran, rows, lastReport(core.nova, record.victim));
  incident.cutOff = new Map([...incident.cutOff, ...cutOff]);
}

const isActive = (server: Server | undefined): boolean => server?.vmState === 'active';

/** `former`: the life that has ended. */
export function beginNextLife({ vms }: Incident, former: Comeback, now: number): void {
  for (const { state, inPlace } of vms.values()) {
    const isSettled = inPlace.settledInBoot === former.boot;
    // What nova has taken in the former life may wait for nova-compute in this one.
    inPlace.notBeforeMs = isSettled ? 0 : Math.min(inPlace.notBeforeMs, now + TRY_EVERY_MS);
    // What nova shows of one that was left stays for a person.
    if (state !== 'not-recovered') inPlace.triedInLife = false;
  }
}
