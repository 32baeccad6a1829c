/** One report per incident: begun with its plan, updated when its sums change, ended with the incident. */
import { begin } from '../reports/book.ts';
import type { Core } from '../state.ts';
import type { Incident } from './incident.ts';

export function reportProgress(core: Core, incident: Incident, inPlace: boolean): void {
  const { victim, id, proof } = incident.record;
  const works = [...incident.vms.values()];
  const count = (...states: readonly string[]): number =>
    works.filter(({ state }) => states.includes(state)).length;
  const moving = count('waiting', 'ordered', 'evacuating', 'restarting');
  const recovered = count('recovered');
  const waiting = works.filter(({ state }) => state === 'held' || state === 'not-recovered');
  // While VMs move, every step would be an update: the journal has them, a person wants the beginning and the end.
  const stage =
    moving > 0
      ? `VMs are being restarted ${inPlace ? 'in place' : 'elsewhere'}`
      : `${recovered} VMs recovered, ${waiting.length} not`;
  begin(core, `incident/${victim}`, {
    severity: 'critical',
    host: victim,
    title: `${victim} failed: ${stage}`,
    rule: `proof: ${proof ?? 'none'}`,
    evidence: {
      incident: id,
      vms: works.map(({ vm, name, state, target, reason }) => ({ vm, name, state, target, reason })),
    },
    advice: waiting.length === 0 ? null : 'See vigil vms for the reason of each VM that was not recovered.',
  });
}
