/** An incident from its proof to its end: proofs, life after the verdict, records, forced_down, what nova is believed. */
import type { Mutant } from '../mutant.ts';

const PROOF = 'src/core/recovery/proof.ts';
const FORCE = 'src/core/recovery/force-down.ts';
const INCIDENT = 'src/core/recovery/incident.ts';
const CELLS = 'src/core/coordination/volume/cells.ts';
const LIFE = 'src/core/recovery/life-after-failed.ts';

export const INCIDENTS: readonly Mutant[] = [
  {
    name: 'silence-without-nova-compute',
    why: 'the bet of silence does not wait for a missing report of nova-compute',
    file: PROOF,
    find: "    facts.novaReport === 'quiet' &&\n",
    replace: '',
  },
  {
    name: 'silence-though-not-accepted',
    why: 'silence proves the end of a host although the configuration does not accept it',
    file: PROOF,
    find: "if (accepted.includes('silence') && facts !== undefined",
    replace: 'if (facts !== undefined',
  },
  {
    name: 'word-against-a-living-host',
    why: 'an operator may declare dead a host that writes to a volume',
    file: 'src/core/operator/confirm-dead.ts',
    find: "if (network === 'fresh' || facts.storage === 'fresh') return",
    replace: "if (network === 'fresh') return",
  },
  {
    name: 'word-before-anybody-was-heard',
    why: 'an operator may declare dead a host that a new master has not had time to hear',
    file: 'src/core/operator/confirm-dead.ts',
    find: "network !== 'lost' || facts.storage === 'undecided'",
    replace: "facts.storage === 'undecided'",
  },
  {
    name: 'life-after-failed-goes-on',
    why: 'a host shows life with its old boot, and its VMs are evacuated on',
    file: 'src/core/recovery/comeback.ts',
    find: '  if (isAlive(record, evidence, facts)) return yield* afterLife(core, master, incident, evidence);\n',
    replace: '  if (isAlive(record, evidence, facts)) return null;\n',
  },
  {
    name: 'life-after-failed-forgotten',
    why: 'that a failed host showed life is gone from the record with the next hold',
    file: 'src/core/recovery/pursue.ts',
    find: "const hold = record.hold === 'life-after-failed' ? record.hold : code;",
    replace: 'const hold = code;',
  },
  {
    name: 'life-after-failed-released-by-silence',
    why: 'the proof that was wrong is right again once the host falls silent',
    file: LIFE,
    find: 'if (confirmedAgainBy === null) return held(lifeAfterFailed(incident), BUSY_ROUND_MS);',
    replace: 'if (confirmedAgainBy === null) return null;',
  },
  {
    name: 'old-proof-for-a-new-life',
    why: 'a host that was back and falls silent again is recovered on its first proof',
    file: 'src/core/recovery/comeback.ts',
    find: '  if (!hasNewLife(incident, evidence.boot)) return null;\n',
    replace: '  if (hasNewLife(incident, evidence.boot)) return null;\n',
  },
  {
    name: 'record-begins-with-the-same-cell',
    why: 'a torn write of an incident takes the last good record away',
    file: CELLS,
    find: 'const [first, second] = record.sequence % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);',
    replace: 'const [first, second] = [0, 1] as const;',
  },
  {
    name: 'record-in-one-cell',
    why: 'a late write of a former master takes the record away',
    file: CELLS,
    find: '(yield* writeCell(core, volume, slot, second, record))',
    replace: 'second !== first',
  },
  {
    name: 'record-of-an-older-term',
    why: 'of two records of an incident the one with the higher number counts, of whatever term',
    file: CELLS,
    find: 'const newer = record.term > best.term || (record.term === best.term && record.sequence > best.sequence);',
    replace: 'const newer = record.sequence > best.sequence;',
  },
  {
    name: 'record-number-used-twice',
    why: 'after a write that failed the next has the same number',
    file: INCIDENT,
    find: 'const afterFailure = record.sequence + 1;',
    replace: 'const afterFailure = record.sequence - 1;',
  },
  {
    name: 'phase-not-written-first',
    why: 'VMs are evacuated before the incident says so where a successor finds it',
    file: INCIDENT,
    find: '  if (!written) return false;\n',
    replace: '',
  },
  {
    name: 'record-on-one-volume-of-three',
    why: 'a new master takes over what it finds on one lease volume',
    file: CELLS,
    find: '    volumes.map((volume) => readAll(core, volume, cells)),\n    leaseMajority(core),',
    replace: '    volumes.map((volume) => readAll(core, volume, cells)),\n    1,',
  },
  {
    name: 'somebody-elses-forced-down',
    why: 'a host that a person forced down is forced up in the end',
    file: FORCE,
    find: `const by = service.forcedDown ? 'somebody-else' : 'vigil-asked';`,
    replace: `const by = 'vigil-asked';`,
  },
  {
    name: 'forced-down-unchecked',
    why: 'a host is forced down without a look at the lease and at its slots',
    file: FORCE,
    find: `  const against = yield* mayAct(core, master, incident, ['evacuating'], null);
  if (against !== null) return unlicensed(core, against);
`,
    replace: '',
  },
  {
    name: 'late-forced-down-not-waited-for',
    why: 'an incident is closed while nova may still force its host down',
    file: FORCE,
    find: '  if ((core.nova.readMs ?? 0) < incident.forceDownOpenMs) return null;\n',
    replace: '',
  },
  {
    name: 'empty-list-believed',
    why: 'a list that goes empty all at once is believed at once',
    file: 'src/core/recovery/doubt.ts',
    find: 'incident.doubted = vanished && !incident.doubted;',
    replace: 'incident.doubted = false;',
  },
  {
    name: 'recovered-by-the-record-alone',
    why: 'a VM is recovered when its record is done, whatever nova says of the VM',
    file: 'src/core/recovery/confirm-ended.ts',
    find: '  if (runs || movedOn) {\n',
    replace: '  if (runs || movedOn || rebuilt) {\n',
  },
  {
    name: 'stopped-is-recovered',
    why: 'a VM that nova has built and stopped counts as recovered, and nobody is told of it',
    file: 'src/core/recovery/confirm-ended.ts',
    find: " && vmState !== 'stopped';",
    replace: ';',
  },
  {
    name: 'round-without-a-pause',
    why: 'an incident that is held begins its next round at once, for ever',
    file: 'src/core/recovery/pursue.ts',
    find: '    yield* sleep(core, ended.pauseMs);\n',
    replace: '    if (ended.hold === null) yield* sleep(core, ended.pauseMs);\n',
    hangs: true,
  },
  {
    name: 'ground-read-long-ago',
    why: 'an agent that stood still while it read acts on what was so before',
    file: 'src/core/recovery/check-ground.ts',
    find: 'return against ?? victim ?? tooOld(core, begunMs);',
    replace: 'return against ?? victim;',
  },
  {
    name: 'came-and-went-under-a-former-master',
    why: 'a proof counts on, though the record says that its host was back since',
    file: 'src/core/recovery/life.ts',
    find: "  return record.proof === 'reboot' || record.phase === 'returning';",
    replace: '  return false;',
  },
  {
    name: 'passed-over-record-is-waited-for',
    why: 'a record that nova’s conductor has passed over keeps an incident open for ever',
    file: 'src/core/recovery/evacuation-round.ts',
    find: '(onVictim.has(row.vm) || !isUnclaimedEvacuation(row)),',
    replace: 'true,',
  },
  {
    name: 'own-touch-is-a-report',
    why: 'a list that was asked for while nova forced a host down counts as a report of that host',
    file: FORCE,
    find: "  const answer = yield* askCloud(core, { call: 'force-down', serviceId: service.id, forcedDown });\n  noteTouched(core.nova, victim, core.now);\n",
    replace:
      "  const answer = yield* askCloud(core, { call: 'force-down', serviceId: service.id, forcedDown });\n",
  },
  {
    name: 'answered-though-not-forced-down',
    why: 'nova has answered without having forced the host down, and may yet do it after the incident',
    file: FORCE,
    find: '(answer.ok || mayStillHappen(answer.failure))',
    replace: '!answer.ok && mayStillHappen(answer.failure)',
  },
  {
    name: 'only-moved-vms-have-second-copies',
    why: 'a VM that was about to be moved from a host that then showed life is started a third time',
    file: 'src/core/recovery/second-copy.ts',
    find: "new Set(['ordered', 'evacuating', 'recovered'])",
    replace: "new Set(['evacuating', 'recovered'])",
  },
];
