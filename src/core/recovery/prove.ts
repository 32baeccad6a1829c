/**
 * The phase in which proof is looked for that a failed host runs nothing any more. Life in the old boot ends the incident:
 * nothing was sent yet.
 */
import type { Task } from '../lib/task.ts';
import { countForBrake } from '../master/brake-count.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { brake } from '../verdict/brake.ts';
import { factsOf } from '../verdict/facts-now.ts';
import { askCloud } from './ask-cloud.ts';
import { close, forceUp } from './force-down.ts';
import { hold } from './holds.ts';
import { type Incident, writeProof, writeRecord } from './incident.ts';
import { twoLives } from './life-after-failed.ts';
import { isAlive, isBackWithNewBoot } from './life.ts';
import { hasLooked, listening } from './looked.ts';
import { findProof } from './proof.ts';
import { go, held, notWritten, novaUnreadable, type RoundEnd } from './round-end.ts';
import { highestId } from './rows.ts';
import { unless } from './unless.ts';

export function* prove(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { timing } = core.settings;
  const { victim } = incident.record;
  const evidence = core.hosts.get(victim);
  const facts = evidence === undefined ? undefined : factsOf(core, evidence);
  if (facts !== undefined && evidence !== undefined && isAlive(incident.record, evidence, facts)) {
    const { victimBoot } = incident.record;
    if (evidence.boot !== victimBoot) return held(twoLives(incident), timing.beatMs);
    // Nothing was sent yet: the verdict simply ends.
    const forced = yield* forceUp(core, master, incident, victimBoot);
    return forced ?? (yield* close(core, master, incident, victimBoot));
  }
  // A word is for the silence of which it was said; one that was given since is for this one.
  if (incident.isProofOver) {
    const { confirmedBy: former } = incident.record;
    const { confirmedAgainBy: confirmedBy, words: wordsBefore } = incident;
    Object.assign(incident, { isProofOver: false, confirmedAgainBy: null });
    if (former !== confirmedBy && !(yield* writeRecord(core, master, incident, { confirmedBy }))) {
      // Unless it has shown life meanwhile, or somebody has confirmed it anew.
      if (!incident.isProofOver && incident.words === wordsBefore)
        Object.assign(incident, { isProofOver: true, confirmedAgainBy: confirmedBy });
      return notWritten(core, incident);
    }
    if (confirmedBy !== null) return go(0);
    const since = former === null ? 'its silence was taken for its end' : `${former} confirmed its death`;
    const words = `${victim} has shown life since ${since}`;
    return held(hold('life-signs', words), timing.beatMs);
  }
  if (incident.record.migrationIdAtDeclaration === null) {
    const call = { call: 'list-host-migrations', host: victim } as const;
    const asked = yield* unless(core, master, () => incident.isProofOver, askCloud(core, call));
    if (asked === null) return go(0);
    const rows = asked.value;
    if (!rows.ok) return novaUnreadable(rows.failure.detail);
    incident.record = { ...incident.record, migrationIdAtDeclaration: highestId(rows.value) };
  }
  // nova took its time.
  if (incident.isProofOver) return go(0);
  const since = evidence === undefined ? undefined : factsOf(core, evidence);
  const found = findProof(core, incident.record, evidence, since);
  if (found.proof === null)
    return held(
      hold('no-proof', `no accepted proof that ${victim} is dead: ${found.lacking}`),
      timing.beatMs / 4,
    );
  const isBack =
    evidence !== undefined && since !== undefined && isBackWithNewBoot(incident.record, evidence, since);
  if (evidence !== undefined && !isBack && !hasLooked(core, evidence)) return listening(core, incident);
  const stop = brake(countForBrake(core, master, victim), found.proof);
  if (stop !== null) return held(hold('brake', stop), timing.beatMs);
  const change = { phase: 'evacuating', proof: found.proof, hold: null } as const;
  // What a host that has booted shows of itself is no sign of life of the boot that has ended.
  const write = isBack ? writeRecord : writeProof;
  return (yield* write(core, master, incident, change)) ? go(0) : notWritten(core, incident);
}
