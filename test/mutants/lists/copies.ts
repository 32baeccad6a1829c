/** What ends a proof, and every place where a copy of a VM may be: signs of life at any moment, successors, other hosts. */
import type { Mutant } from '../mutant.ts';

export const COPIES: readonly Mutant[] = [
  {
    name: 'word-outlives-a-new-life',
    why: 'a word that a host is dead holds though it has shown life since, in a new boot',
    file: 'src/core/master/life-signs.ts',
    find: '  incident.confirmedAgainBy = null;\n  if (isBackWithNewBoot(incident.record, evidence, facts)) return;\n',
    replace:
      '  if (isBackWithNewBoot(incident.record, evidence, facts)) return;\n  incident.confirmedAgainBy = null;\n',
  },
  {
    name: 'sign-of-life-while-a-proof-is-written',
    why: 'a proof counts though the host has shown life while it was being written',
    file: 'src/core/recovery/incident.ts',
    find: 'written && incident.lifeSigns !== lifeSigns',
    replace: 'written && incident.lifeSigns < 0',
  },
  {
    name: 'end-of-a-proof-waits-for-the-next-round',
    why: 'that a proof is over is written when the pause between two rounds has passed',
    file: 'src/core/recovery/pursue.ts',
    find: 'yield* unless(core, master, isOverSince, sleep(core, ended.pauseMs));',
    replace: 'yield* unless(core, master, () => isOverSince() && false, sleep(core, ended.pauseMs));',
  },
  {
    name: 'end-of-a-proof-waits-for-nova',
    why: 'that a proof is over is written when nova has answered',
    file: 'src/core/recovery/evacuation-round.ts',
    find: 'const isUrgent = (): boolean => incident.isProofOver;',
    replace: 'const isUrgent = (): boolean => false;',
  },
  {
    name: 'end-of-a-word-waits-for-nova',
    why: 'that a word is over is written when nova has answered, before a proof was found',
    file: 'src/core/recovery/prove.ts',
    find: 'unless(core, master, () => incident.isProofOver, askCloud(core, call))',
    replace: 'unless(core, master, () => incident.isProofOver && false, askCloud(core, call))',
  },
  {
    name: 'words-told-apart-by-their-names',
    why: 'a second word by the same name, given while the end of the first is written, is lost',
    file: 'src/core/recovery/incident.ts',
    find: 'const isWordSince = incident.words !== wordsBefore;',
    replace:
      'const isWordSince = incident.words !== wordsBefore && confirmedBy !== record.confirmedBy && false;',
  },
  {
    name: 'word-lost-in-a-failed-write',
    why: 'a word that was given while the end of the former one could not be written is over, too',
    file: 'src/core/recovery/prove.ts',
    find: '!incident.isProofOver && incident.words === wordsBefore',
    replace: '!incident.isProofOver && incident.words >= wordsBefore',
  },
  {
    name: 'signs-of-life-without-a-master',
    why: 'who becomes master forgets that it has seen a host live since the last one could write',
    file: 'src/core/master/take-over.ts',
    find: '  incident.isProofOver ||= isOverSince(core, master, record);\n',
    replace: '',
  },
  {
    name: 'own-life-goes-by-the-record',
    why: 'a master counts copies on its own host only where a record says that it lives',
    file: 'src/core/recovery/second-copy.ts',
    find: "ownIncident.victimBoot === settings.boot || ownIncident.hold === 'life-after-failed'",
    replace: "ownIncident.hold === 'life-after-failed'",
  },
  {
    name: 'successor-knows-of-no-copies',
    why: 'a master that has taken over does not ask which VMs were sent on from a host that lives',
    file: 'src/core/recovery/incident.ts',
    find: 'isMovedKnown: !(adopted && sent),',
    replace: 'isMovedKnown: adopted || sent || !sent,',
  },
  {
    name: 'first-copy-that-may-live',
    why: 'a VM is sent on although it is not certain that the host of its first copy is dead',
    file: 'src/core/recovery/second-copy.ts',
    find: 'else if (!hasEnded(core, victim, victimBoot))',
    replace: "else if (victim === '')",
  },
  {
    name: 'others-not-looked-at',
    why: 'a slave looks at the slot of the victim alone, not at those of others that must be dead',
    file: 'src/core/recovery/check-before-effect.ts',
    find: '    ...order.mustBeSilent.map(({ host, lastSeen }) => ({ host, since: lastSeen, boot: null })),\n',
    replace: '',
  },
  {
    name: 'incidents-of-others-not-read',
    why: 'a slave reads the record of the victim alone, not those of others that must be dead',
    file: 'src/core/coordination/volume/check-licence.ts',
    find: '    ...licence.others,\n',
    replace: '',
  },
  {
    name: 'first-copies-not-named',
    why: 'an order does not name the host of the first copy, which must be dead, too',
    file: 'src/core/recovery/plan.ts',
    find: 'new Set([...copies.silent, ...targets])',
    replace: 'new Set([...targets])',
  },
  {
    name: 'targets-of-dead-rows-not-named',
    why: 'an order does not name the former target of its VM, which must be dead, too',
    file: 'src/core/recovery/plan.ts',
    find: 'new Set([...copies.silent, ...targets])',
    replace: 'new Set([...copies.silent])',
  },
  {
    name: 'nova-told-long-ago',
    why: 'what nova-compute reported last is life for as long as nova cannot be asked',
    file: 'src/core/evidence/nova-witness.ts',
    find: 'witness.failure === null ? seen.lastMs : now',
    replace: 'witness.failure === null ? seen.lastMs : seen.lastMs',
  },
];
