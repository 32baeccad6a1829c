/** What is seen of a host: volumes, network, boots, witnesses, and the observer's own fitness. */
import type { Mutant } from '../mutant.ts';

const VOLUME = 'src/core/evidence/volume-path.ts';
const NETWORK = 'src/core/evidence/network-path.ts';
const BOOTS = 'src/core/evidence/boots.ts';
const FACTS = 'src/core/verdict/facts.ts';
const WITNESS = 'src/core/evidence/nova-witness.ts';

export const PATHS: readonly Mutant[] = [
  {
    name: 'unseen-is-lost',
    why: 'a volume that cannot be read counts as silent',
    file: VOLUME,
    find: "return now - path.advancedMs < boundMs ? 'fresh' : 'unseen';",
    replace: "return now - path.advancedMs < boundMs ? 'fresh' : 'lost';",
  },
  {
    name: 'lost-by-the-clock-alone',
    why: 'a volume is lost after its time, however few reads there were',
    file: VOLUME,
    find: 'path.stillReads >= timing.volumeLostReads && stillForMs >= boundMs',
    replace: 'stillForMs >= boundMs',
  },
  {
    name: 'backwards-is-life',
    why: 'a late write of a predecessor counts as life',
    file: VOLUME,
    find: "if (on <= 0) return on === 0 ? 'still' : 'backwards';",
    replace: "if (on === 0) return 'still';",
  },
  {
    name: 'life-while-nobody-looked',
    why: 'an advance over minutes without a read counts as life now',
    file: VOLUME,
    find: "return endedMs - path.readMs < timing.volumeLostMs ? 'advance' : 'anew';",
    replace: "return 'advance';",
  },
  {
    name: 'slot-left-behind-is-life',
    why: 'a slot that was only ever read standing still is a sign of life',
    file: 'src/core/evidence/host.ts',
    find: 'return path !== undefined && path.seenAlive && now',
    replace: 'return path !== undefined && now',
  },
  {
    name: 'first-slot-of-two',
    why: 'a late write of a dead beat in another slot hides the one in which its host went on',
    file: 'src/core/evidence/last-slots.ts',
    find: 'if (other === undefined || isLater(slot, other))',
    replace: 'if (other === undefined)',
  },
  {
    name: 'step-between-two-slots',
    why: 'two slots of one host, read together, look like a step from one to the other',
    file: 'src/core/evidence/note.ts',
    find: 'for (const slot of lastSlots(slots).values()) {',
    replace: "for (const slot of slots) {\n    if (slot.state !== 'read') continue;",
  },
  {
    name: 'own-bound-for-everybody',
    why: 'a host with a slower beat is judged by the faster one of its observer',
    file: 'src/core/evidence/host.ts',
    find: 'Math.max(timing.networkLostMs, said?.timing.networkLostMs ?? 0);',
    replace: 'timing.networkLostMs;',
  },
  {
    name: 'replay-is-life',
    why: 'a datagram of a dead host, sent once more, is life',
    file: NETWORK,
    find: "    if (beat.counter <= path.counter) return 'replay';\n",
    replace: '',
  },
  {
    name: 'unchallenged-is-life',
    why: 'a recorded datagram of a host is life to a master that has just started',
    file: NETWORK,
    find: '    challenged.nonce === beat.nonce\n',
    replace: "    challenged.nonce !== ''\n",
  },
  {
    name: 'clocks-not-restarted-after-a-stall',
    why: 'an observer that was late holds the time that it missed against others',
    file: 'src/core/step.ts',
    find: '    for (const evidence of core.hosts.values()) restartClocks(evidence, timing, beforeMs, core.now);\n',
    replace: '',
  },
  {
    name: 'restarted-clock-set-back',
    why: 'what was read while the observer stood still, and taken up after that, counts as time that it looked',
    file: VOLUME,
    find: 'advancedMs: Math.max(path?.advancedMs ?? endedMs, endedMs),',
    replace: 'advancedMs: endedMs,',
  },
  {
    name: 'late-observer-misses-its-volumes',
    why: 'a master that stood still takes itself for blind, and tells people so',
    file: 'src/core/master/master-beat.ts',
    find: '  if (isCatchingUp(core.observer, timing, core.now)) return false;\n',
    replace: '',
  },
  {
    name: 'never-unfit',
    why: 'an observer that is late again and again goes on judging',
    file: 'src/core/evidence/observer.ts',
    find: 'return recent.length >= timing.stallsMax;',
    replace: 'return recent.length > timing.stallsMax;',
  },
  {
    name: 'former-boots-forgotten',
    why: 'a late write of the life before is taken for a reboot',
    file: BOOTS,
    find: 'if (former !== undefined && former.late < LATE_WRITES_MAX) {',
    replace: 'if (former !== undefined && former.late < 0) {',
  },
  {
    name: 'two-machines-are-a-reboot',
    why: 'a boot that goes on beside a newer one does not count: two machines under one name look like a reboot',
    file: BOOTS,
    find: 'lifeMs !== null && now - lifeMs < timing.networkLostMs,',
    replace: 'lifeMs !== null && now < lifeMs,',
  },
  {
    name: 'witness-of-long-ago',
    why: 'an answer to a probe counts as life for ever',
    file: FACTS,
    find: "if (begunMs < sinceMs || answer === 'none') continue;",
    replace: "if (answer === 'none') continue;",
  },
  {
    name: 'kernel-is-no-witness',
    why: 'a host whose kernel answers is dead when its agent does not',
    file: FACTS,
    find: `  if (kernelHeardBy.length > 0) return { witness: 'kernel-alive', witnesses: kernelHeardBy };
`,
    replace: '',
  },
  {
    name: 'nova-compute-is-no-witness',
    why: 'a host is dead although its nova-compute reports',
    file: FACTS,
    find: `    return { witness: 'nova-compute-alive', witnesses: ['nova'] };
`,
    replace: '',
  },
  {
    name: 'report-of-before-the-loss',
    why: 'nova-compute counts as alive by a report from before the host fell silent',
    file: WITNESS,
    find: 'const reported = seen.changed !== null && seen.changed.previousMs >= lossMs;',
    replace: 'const reported = seen.changed !== null;',
  },
  {
    name: 'own-change-is-a-report',
    why: 'the time that nova notes when Vigil forces a host down looks like a report of the host',
    file: WITNESS,
    find: '  witness.sightings.delete(host);\n  witness.touchedMs.set(host, now);\n',
    replace: '',
  },
  {
    name: 'overtaken-list-of-services',
    why: 'an answer overtaken by that of a later read looks like a change',
    file: WITNESS,
    find: '  if (witness.readMs !== null && begunMs < witness.readMs) return;\n',
    replace: '',
  },
  {
    name: 'unlisted-advance-forgotten',
    why: 'what advances on a volume that the host does not count among its own is no sign of life',
    file: 'src/core/evidence/host.ts',
    find: 'if (!listed.includes(uuid) && volumeOf(',
    replace: 'if (listed.includes(uuid) && volumeOf(',
  },
  {
    name: 'heard-forgotten-between-masters',
    why: 'who hears a host says so no more once there is a master that it does not hear',
    file: 'src/core/link/link.ts',
    find: 'if (link.probedMs !== null && hearsMaster(core))',
    replace: 'if (link.probedMs !== null)',
  },
];
