/** What hosts were ordered, and may have asked for, once their slots do not tell it any more. */
import type { Mutant } from '../mutant.ts';

const EXECUTOR = 'src/core/recovery/executor.ts';
const PATH = 'src/core/evidence/volume-path.ts';
const BOOK = 'src/core/coordination/volume/intent-book.ts';
const ORDERED = 'src/core/recovery/ordered-hosts.ts';
const SENT = 'src/core/recovery/still-sent.ts';
const FORMER = 'src/core/coordination/volume/former-agent.ts';

export const ORDERED_HOSTS: readonly Mutant[] = [
  {
    name: 'ordered-hosts-not-taken-over',
    why: 'a master does not look whom the last one has given orders',
    file: 'src/core/recovery/incident.ts',
    find: 'orderedBefore: adopted ? record.ordered.map((one) => ({ ...one, goneMs: null })) : [],',
    replace: 'orderedBefore: [],',
  },
  {
    name: 'any-slot-tells-of-former-orders',
    why: 'the slot of a host whose beats are dead is believed, whatever has landed over it',
    file: PATH,
    find: "living: seen === 'advance' && path?.incarnation === incarnation && given,",
    replace: 'living: given,',
  },
  {
    name: 'found-words-tell-of-former-orders',
    why: 'a beat that goes on with what it has found in its slot is taken for one that its agent speaks to',
    file: PATH,
    find: ' === incarnation && given,',
    replace: ' === incarnation && agentSilentMs < 8_000,',
  },
  {
    name: 'first-volume-tells-whose-words',
    why: 'whose words a host writes is told by its first volume, though it has lost that',
    file: 'src/core/coordination/volume/intents.ts',
    find: 'commonTo(agents, leaseMajority(core))',
    replace: 'commonTo(agents, 1)',
  },
  {
    name: 'life-while-it-is-written-down',
    why: 'orders go out though the host has shown life while it was written down who gets them',
    file: 'src/core/recovery/evacuation-round.ts',
    find: '    if (isAnother()) return go(0);\n    orders',
    replace: '    orders',
  },
  {
    name: 'kernel-sends-nothing-late',
    why: 'what a dead agent has handed over to its kernel counts as sent',
    file: SENT,
    find: 'KERNEL_SENDS_MS + timing.openRequestMs',
    replace: 'timing.openRequestMs',
  },
  {
    name: 'another-agent-tells-of-intents',
    why: 'an agent that knows of no intent stands for the one that was ordered before it',
    file: BOOK,
    find: '        speaksFor(reading.living, agent) &&\n',
    replace: '',
  },
  {
    name: 'next-agent-ends-an-order',
    why: 'what an agent has asked of nova is forgotten as soon as the next one is there',
    file: ORDERED,
    find: 'ordered.goneMs !== null && isPast(core, ordered.goneMs)',
    replace: 'ordered.goneMs !== null',
  },
  {
    name: 'freed-slot-ends-a-request',
    why: 'what a host has asked of nova is forgotten with its slot',
    file: ORDERED,
    find: 'return isPast(core, core.coordination.intents.removedSinceMs(core, host) ?? master.sinceMs);',
    replace: 'return true;',
  },
  {
    name: 'freed-slot-blocks-for-ever',
    why: 'the intents of a host that is no member any more are never over',
    file: ORDERED,
    find: 'return isPast(core, core.coordination.intents.removedSinceMs(core, host) ?? master.sinceMs);',
    replace: 'return false;',
  },
  {
    name: 'goodbye-with-intents-blocks-for-ever',
    why: 'what a host was about to ask as it was shut down stands against the VM for as long as it is off',
    file: ORDERED,
    find: 'return leaving !== null && leaving.boot === boot && isPast(core, leaving.firstSeenMs);',
    replace: 'return false;',
  },
  {
    name: 'goodbye-ends-a-request',
    why: 'what a host has asked of nova is forgotten as soon as it says that it leaves',
    file: ORDERED,
    find: 'leaving.boot === boot && isPast(core, leaving.firstSeenMs);',
    replace: 'leaving.boot === boot;',
  },
  {
    name: 'goodbye-with-what-was-not-sent',
    why: 'an agent that stops leaves an intent behind that nothing will come of',
    file: 'src/core/step.ts',
    find: '  dropIntended(core.executor);\n',
    replace: '',
  },
  {
    name: 'order-carried-out-in-maintenance',
    why: 'a slave asks for a VM after it has answered that it is in maintenance',
    file: EXECUTOR,
    find: 'checked.refusal ?? refuseAway(core) ?? (yield* notePosting(core, order)) ?? refuseAway(core);',
    replace: 'checked.refusal ?? (yield* notePosting(core, order));',
  },
  {
    name: 'q-of-a-dead-slave-from-its-verdict',
    why: 'what a slave has sent after it was called failed, and before it died, is forgotten too early',
    file: 'src/core/recovery/incident.ts',
    find: '  if (change.proof !== undefined) incident.provenMs = core.now;\n',
    replace: '',
  },
  {
    name: 'slots-of-dead-beats-tell',
    why: 'a slot is believed whose beat was not seen to write what its agent had given it',
    file: BOOK,
    find: 'living: isLiving ? { agent, continues } : null',
    replace: 'living: { agent, continues }',
  },
  {
    name: 'told-once-is-known-for-ever',
    why: 'whom a former master ordered is forgotten while its slot tells of an open request, which may be covered yet',
    file: ORDERED,
    find: '!(isTold(core, ordered) && !hasOpen(core, incident, ordered.host)) &&',
    replace: '!isTold(core, ordered) &&',
  },
  {
    name: 'kernel-of-a-living-agent-sends-nothing',
    why: 'what an agent has given up counts as sent',
    file: SENT,
    find: 'answer.failure.status !== null ? 0 : KERNEL_SENDS_MS',
    replace: 'answer.failure.status !== null ? 0 : 0',
  },
  {
    name: 'one-beat-tells-of-the-former-agent',
    why: 'an agent speaks for the one before it though a majority of its beats has forgotten that one',
    file: FORMER,
    find: 'commonTo(agents, leaseMajority(core))',
    replace: 'commonTo(agents, 1)',
  },
  {
    name: 'found-words-of-the-former-agent',
    why: 'an agent speaks for the one before it by what beats have found in their slots',
    file: FORMER,
    find: 'if (given && body.agent',
    replace: 'if (body.agent',
  },
  {
    name: 'any-agent-takes-an-order',
    why: 'an order is carried out by an agent that no record names',
    file: EXECUTOR,
    find: 'if (order.agent !== settings.agent)',
    replace: "if (order.agent === '')",
  },
  {
    name: 'order-before-the-own-slot-is-known',
    why: 'a slave takes an order before it knows what it has asked for in a former life',
    file: EXECUTOR,
    find: 'if (!core.coordination.intents.isKnown(core))',
    replace: 'if (core.now < 0)',
  },
  {
    name: 'lost-volume-tells-whose-words',
    why: 'whose words a host writes is told by volumes that were lost long ago',
    file: BOOK,
    find: 'reading.begunMs < sinceMs ?',
    replace: 'reading.begunMs < -1 ?',
  },
];
