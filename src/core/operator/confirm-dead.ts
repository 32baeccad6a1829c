/** An operator's word that a host is dead: the proof `operator`. */
import { networkOf } from '../evidence/host.ts';
import { declareIncident, TOO_MANY_INCIDENTS } from '../master/declare.ts';
import { countForBrake } from '../master/brake-count.ts';
import { noPlaceWords } from '../recovery/round-end.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { Incident } from '../recovery/incident.ts';
import { hasNewLife, isBackWithNewBoot } from '../recovery/life.ts';
import type { Core } from '../state.ts';
import { brake } from '../verdict/brake.ts';
import type { HostName } from '../wire/records.ts';

export interface Confirmed {
  readonly ok: boolean;
  readonly words: string;
}

export function confirmDead(core: Core, host: HostName, by: string): Confirmed {
  const { master, settings } = core;
  const no = (words: string): Confirmed => ({ ok: false, words });
  if (master === null) return no('this agent is not the master');
  if (host === settings.host) return no(`${host} is alive: it is the master that answers you`);
  const evidence = core.hosts.get(host);
  if (evidence === undefined) return no(`${host} is not known; see vigil hosts`);
  if (evidence.slotIndex.size === 0)
    return no(`${host} has no slot on any volume, where its incident would be written down: it is no member`);
  if (!core.coordination.incidents.hasPlaceFor(core, host)) return no(noPlaceWords(host));
  const facts = factsOf(core, evidence);
  const incident = master.incidents.get(host);
  if (
    incident?.record.phase === 'proving' &&
    incident.record.confirmedBy === null &&
    isBackWithNewBoot(incident.record, evidence, facts)
  ) {
    takeWord(incident, by);
    return { ok: true, words: `${host} has booted; on the word of ${by} its VMs are restarted in place` };
  }
  const network = networkOf(evidence, settings.timing, core.now);
  if (network === 'fresh' || facts.storage === 'fresh') return no(`${host} is alive: its heartbeats arrive`);
  // A master that has just taken over has not heard anybody yet, nor whoever has fallen silent a moment ago.
  if (network !== 'lost' || facts.storage === 'undecided')
    return no(`too soon to tell whether ${host} is silent: ${again(settings.timing.volumeLostMs)}`);
  // Whoever answers may still run its VMs: it is to be powered off first.
  if (facts.witness !== 'none-alive') {
    return no(`${host} is alive: ${facts.witnesses.join(', ')} still hears it`);
  }
  if (incident === undefined) {
    const stop = brake(countForBrake(core, master, host), 'operator');
    if (stop !== null) return no(`${stop}; confirm it again in a minute`);
    if (!declareIncident(core, master, evidence, facts, { confirmedBy: by, former: null }))
      return no(`${TOO_MANY_INCIDENTS}: confirm it again when one of them is closed; see vigil status`);
    return { ok: true, words: `${host} is declared failed on the word of ${by}. ${UNWRITTEN}` };
  }
  const silentAgain = incident.record.proof !== null && hasNewLife(incident, evidence.boot);
  if (silentAgain || incident.isProofOver || incident.hold?.code === 'life-after-failed') {
    incident.confirmedAgainBy = by;
    const words = `${host} is confirmed dead once more by ${by}; its VMs are recovered`;
    return { ok: true, words: `${words}. ${UNWRITTEN}` };
  }
  if (incident.record.phase !== 'declared' && incident.record.phase !== 'proving') {
    return no(`the incident of ${host} is already ${incident.record.phase}`);
  }
  takeWord(incident, by);
  return { ok: true, words: `${host} is confirmed dead by ${by}; its VMs are recovered. ${UNWRITTEN}` };
}

/** It is answered before it is written down, which a master that dies or loses the lease meanwhile does not. */
const UNWRITTEN = 'Should another host become master before, confirm it again';

/** Its incident's next round writes it down, whatever holds it. */
function takeWord(incident: Incident, by: string): void {
  const record = { ...incident.record, confirmedBy: by };
  Object.assign(incident, { record, isWordUnwritten: true, isProofOver: false, words: incident.words + 1 });
}

const again = (inMs: number): string => `confirm it again in ${Math.ceil(inMs / 1_000)} s`;
