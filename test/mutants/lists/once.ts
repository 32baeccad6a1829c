/** Exactly once: intents, requests without an answer, and records that nova shows open. */
import type { Mutant } from '../mutant.ts';

const CLOUD = 'src/core/recovery/cloud.ts';
const EXECUTOR = 'src/core/recovery/executor.ts';
const PLAN = 'src/core/recovery/plan.ts';
const ROWS = 'src/core/recovery/rows.ts';
const OPEN = 'src/core/recovery/still-open.ts';
const ORDERED = 'src/core/recovery/ordered-hosts.ts';
const DEAD = 'src/core/recovery/proven-dead.ts';

export const ONCE: readonly Mutant[] = [
  {
    name: 'slot-says-the-first-intents',
    why: 'of more intents than a slot can say, those that were found last are written nowhere',
    file: 'src/core/publish.ts',
    find: '=> intents.size > MAX_OPEN_INTENTS;',
    replace: '=> false && intents.size > MAX_OPEN_INTENTS;',
  },
  {
    name: 'intent-written-after-the-check',
    why: 'the lease is read first and the intent written then: neither side need see the other',
    file: EXECUTOR,
    find: `  const unwritten = yield* writeIntents(core);
  const checked: Checked =
    unwritten === null ? yield* checkBeforeEffect(core, id, order) : { refusal: unwritten, newestRow: 0 };
`,
    replace: `  const seen: Checked = yield* checkBeforeEffect(core, id, order);
  const checked: Checked =
    seen.refusal === null ? { ...seen, refusal: yield* writeIntents(core) } : seen;
`,
  },
  {
    name: 'intent-on-one-volume-of-three',
    why: 'an intent stands on one lease volume, and a reader of the two others does not find it',
    file: 'src/core/coordination/volume/intents.ts',
    find: 'writes.flatMap(({ volume, written }) => (volume.lease ? [written] : [])),\n    leaseMajority(core),',
    replace: 'writes.flatMap(({ volume, written }) => (volume.lease ? [written] : [])),\n    1,',
  },
  {
    name: 'spent-intents-block-open-ones-do-not',
    why: 'a new master gives an order while a slave of the former one is about to ask nova',
    file: OPEN,
    find: 'if (!isSpent(core, master, host)) open.set',
    replace: 'if (isSpent(core, master, host)) open.set',
  },
  {
    name: 'records-read-before-intents',
    why: 'a request that is carried out while the records are read is in neither them nor the slots',
    file: PLAN,
    find: 'new Map([...stillOpen(core, master, incident), ...reading.openBefore])',
    replace: 'stillOpen(core, master, incident)',
  },
  {
    name: 'intent-dead-before-q',
    why: 'what a dead slave may have sent is forgotten before nova must have done it',
    file: ORDERED,
    find: 'return core.now - (master.incidents.get(host)?.provenMs ?? core.now) > openRequestMs;',
    replace: 'return core.now - (master.incidents.get(host)?.provenMs ?? core.now) > 0;',
  },
  {
    name: 'intents-of-a-former-life-dropped',
    why: 'an agent that starts forgets what it was about to ask',
    file: EXECUTOR,
    find: "if (intent.phase === 'intended' ||",
    replace: "if (intent.phase !== 'intended' ||",
  },
  {
    name: 'intent-cleared-at-the-first-look',
    why: 'without a record at once, an unanswered request counts as not taken',
    file: EXECUTOR,
    find: 'if (begunMs - sentMs > core.settings.timing.openRequestMs) return;',
    replace: 'return;',
  },
  {
    name: 'started-beside-an-open-request',
    why: 'a VM is started in place while a slave may be about to evacuate it',
    file: 'src/core/recovery/in-place-round.ts',
    find: '    if (request !== undefined) {\n',
    replace: "    if (request?.by === 'order') {\n",
  },
  {
    name: 'q-counted-from-before-the-request',
    why: 'a slave that stood still before it could ask clears its intent while its request is under way',
    file: EXECUTOR,
    find: 'core.now + stillSentMs(posted));',
    replace: 'core.now - EVACUATE_DEADLINE_MS);',
  },
  {
    name: 'intent-cleared-before-a-successor-reads',
    why: 'a slot read before an order expired tells that nothing is open any more',
    file: 'src/core/coordination/volume/intent-book.ts',
    find: '        reading.begunMs > sinceMs &&\n',
    replace: '',
  },
  {
    name: 'posted-again-after-a-time-out',
    why: 'a request that was not answered in time counts as refused',
    file: CLOUD,
    find: "    case 'rate-limited':\n      return false;\n    case 'no-answer':\n",
    replace: "    case 'rate-limited':\n    case 'no-answer':\n      return false;\n",
  },
  {
    name: 'posted-again-after-a-server-error',
    why: 'an answer of 502 counts as a no, though nova may have begun',
    file: CLOUD,
    find: "    case 'rate-limited':\n      return false;\n    case 'no-answer':\n    case 'server-error':\n",
    replace:
      "    case 'rate-limited':\n    case 'server-error':\n      return false;\n    case 'no-answer':\n",
  },
  {
    name: 'lost-order-is-over',
    why: 'an order whose answer was lost is given again to another host at once',
    file: OPEN,
    find: "if (open.outcome !== 'lost' && (open.outcome.outcome",
    replace: "if (open.outcome === 'lost' || (open.outcome.outcome",
  },
  {
    name: 'unknown-order-is-over',
    why: 'an order that ended with an unanswered request is given again at once',
    file: OPEN,
    find: "open.outcome.outcome === 'rejected'))",
    replace: "open.outcome.outcome !== 'accepted'))",
  },
  {
    name: 'open-evacuation-ignored',
    why: 'a VM that nova is just rebuilding counts as not being evacuated',
    file: ROWS,
    find: "const OPEN_EVACUATION = new Set([\n  'accepted',\n  'queued',\n  'preparing',\n  'pre-migrating',\n",
    replace: "const OPEN_EVACUATION = new Set([\n  'accepted',\n  'queued',\n  'preparing',\n",
  },
  {
    name: 'unclaimed-record-dies-with-its-target',
    why: 'an evacuation whose message waits for a dead host is given up, though that begins with it when it starts',
    file: OPEN,
    find: 'if (target === null || isUnclaimedEvacuation(row)) return false;',
    replace: 'if (target === null) return false;',
  },
  {
    name: 'target-dead-without-proof',
    why: 'an evacuation is given up because its target is called failed, though nothing proves it',
    file: DEAD,
    find: 'if (incident === undefined || incident.record.proof === null) return false;',
    replace: 'if (incident === undefined) return false;',
  },
  {
    name: 'target-dead-though-it-is-back',
    why: 'the proof that a target had died counts for the life that it has begun since',
    file: DEAD,
    find: '  if (hasNewLife(incident, evidence?.boot ?? null)) return false;\n',
    replace: '',
  },
  {
    name: 'boot-of-a-target-not-compared',
    why: 'an evacuation whose target has booted meanwhile blocks its VM for ever',
    file: OPEN,
    find: 'return bootThen !== undefined && hasBootedSince(core, target, bootThen);',
    replace: 'return bootThen !== undefined && false;',
  },
  {
    name: 'boots-under-way-not-recorded',
    why: 'a successor does not know in which boot a target claimed its evacuations',
    file: 'src/core/recovery/pursue.ts',
    find: 'const underWay = toRecord(incident.underWay, record) ?? record.underWay;',
    replace: 'const underWay = record.underWay;',
  },
  {
    name: 'damaged-slot-at-take-over',
    why: 'a new master does not wait for what may stand in a slot that it cannot read',
    file: 'src/core/coordination/volume/cells.ts',
    find: 'core.master.blindUntilMs = core.now + core.settings.timing.openRequestMs;',
    replace: 'core.master.blindUntilMs = core.now;',
  },
  {
    name: 'overtaken-rows-block',
    why: 'a record that nova never ends stands against its VM for ever, though that was evacuated again since',
    file: 'src/core/recovery/check-before-effect.ts',
    find: 'const present = rows.value.filter((row) => !isOvertaken(row, rows.value));',
    replace: 'const present = rows.value;',
  },
  {
    name: 'failed-migration-came-to-nothing',
    why: 'a VM whose live migration failed just before its host did is evacuated',
    file: 'src/core/recovery/plan.ts',
    find: "  if (cutOffLive !== undefined) return set('held', cutOffLiveWords(cutOffLive));\n",
    replace: '',
  },
  {
    name: 'failed-migration-holds-for-ever',
    why: 'a live migration that failed long ago keeps its VM from being evacuated',
    file: 'src/core/recovery/cut-off-migrations.ts',
    find: 'if (row !== null && !isMissed) found',
    replace: 'if (row !== null) found',
  },
  {
    name: 'a-time-stamp-of-its-own',
    why: 'a time stamp that Vigil itself has given a service passes for a report of nova-compute',
    file: 'src/core/recovery/evacuation-round.ts',
    find: 'forcedDownBy === null ? lastReport(nova, victim) : null',
    replace: 'nova.services.find(({ host }) => host === victim)?.updatedAt ?? null',
  },
];
