/** One report per incident: begun with its plan, updated when its sums change, ended with the incident. */
import { begin, end, retell } from '../reports/book.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { Incident, VmWork } from './incident.ts';
import { isOpenEvacuation } from './rows.ts';

export function reportProgress(core: Core, incident: Incident, inPlace: boolean): void {
  const { victim, id, proof } = incident.record;
  const works = [...incident.vms.values()];
  const count = (...states: readonly string[]): number =>
    works.filter(({ state }) => states.includes(state)).length;
  const moving = count('waiting', 'ordered', 'evacuating', 'restarting');
  const recovered = count('recovered');
  const held = count('held');
  const left = count('not-recovered');
  // While VMs move, every step would be an update: the journal has them, a person wants the beginning and the end.
  // What lies elsewhere is settled for Vigil, and nobody's incident when this one ends or its host dies once more.
  const lost = works.filter(({ settledElsewhere, target }) => settledElsewhere && target !== null).length;
  const also = lost === 0 ? '' : `, ${lost} evacuated and not running`;
  const stage =
    moving > 0
      ? `VMs are being restarted ${inPlace ? 'in place' : 'elsewhere'}${also}`
      : `${recovered} VMs recovered, ${held === 0 ? '' : `${held} held, `}${left} not`;
  const cause = `incident/${victim}`;
  // Whoever ends the incident may die before it tells, and so may the one that has found what lies elsewhere.
  if ((moving + held === 0 && left > 0) || lost > 0) retell(core, cause);
  begin(core, cause, {
    severity: 'critical',
    host: victim,
    title: `${victim} failed: ${stage}`,
    rule: `proof: ${proof ?? 'none'}`,
    evidence: { incident: id, vms: works.map(told) },
    advice: held + left === 0 ? null : 'See vigil vms for the reason of each VM that was not recovered.',
  });
  reportLongWaits(core, incident);
}

/** With it goes all that is shown of its VMs, and a successor may have told nothing of them: who is left is named. */
export function reportEnd(core: Core, { record: { victim, id }, vms, rows }: Incident): void {
  const left = [...vms.values()].filter(({ state }) => state !== 'recovered');
  const words = `the incident of ${victim} is closed`;
  end(core, `incident/${victim}/waiting`, words);
  const notAll = left.length === 0 ? words : `${words}; ${left.length} of its VMs were not recovered`;
  const title = `${notAll}${openRowsWords(victim, rows)}`;
  end(core, `incident/${victim}`, title, { id, vms: left.map(told) });
}

/**
 * nova-compute completes one record of a VM as it starts, and destroys the guest of whom it finds one, also when nova places
 * that VM here again (nova/compute/manager.py, `_destroy_evacuated_instances`).
 */
function openRowsWords(victim: HostName, rows: readonly Migration[]): string {
  const open = rows.filter((row) => row.source === victim && isOpenEvacuation(row));
  if (open.length === 0) return '';
  const which = open.map(({ id, vm }) => `${id} of ${vm}`).join(', ');
  return `; nova still shows evacuations from it that nobody carries out any more (${which}): before these VMs come back to ${victim}, start its nova-compute once more, or it stops them`;
}

const told = ({ vm, name, state, target, reason }: VmWork) => ({ vm, name, state, target, reason });

/** Beyond the retries that a busy or hiccuping cloud needs. */
const WAITS_LONG_MS = 600_000;
const SETTLED: ReadonlySet<VmWork['state']> = new Set(['recovered', 'not-recovered']);
const UNDER_WAY: ReadonlySet<VmWork['state']> = new Set(['evacuating', 'restarting']);

/** VMs that are tried again and again; over when each of them is settled, not when one is merely tried once more. */
function reportLongWaits(core: Core, { record: { victim, id }, vms }: Incident): void {
  const works = [...vms.values()];
  for (const work of works) {
    if (SETTLED.has(work.state)) Object.assign(work, { waitsSinceMs: null, isToldToWait: false });
    else if (!UNDER_WAY.has(work.state)) {
      work.waitsSinceMs ??= core.now;
      work.isToldToWait ||= core.now - work.waitsSinceMs > WAITS_LONG_MS;
    }
  }
  const long = works.filter(({ isToldToWait }) => isToldToWait);
  const cause = `incident/${victim}/waiting`;
  if (works.length > 0 && works.every(({ waitsSinceMs }) => waitsSinceMs === null))
    end(core, cause, `no VM of ${victim} waits any more`);
  if (long.length === 0) return;
  begin(core, cause, {
    severity: 'warning',
    host: victim,
    title: `${long.length} VMs of ${victim} have waited for ${WAITS_LONG_MS / 60_000} minutes to be recovered`,
    rule: null,
    evidence: { incident: id, vms: long.map(({ vm, name, state, reason }) => ({ vm, name, state, reason })) },
    advice: 'Vigil goes on trying. See vigil vms for what stands against each of them.',
  });
}
