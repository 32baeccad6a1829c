/** What hosts were ordered, and may have asked for, once their slots do not tell it any more. */
import type { Mutant } from '../mutant.ts';

const EXECUTOR = 'src/core/recovery/executor.ts';
const BOOK = 'src/core/coordination/volume/intent-book.ts';
const ORDERED = 'src/core/recovery/ordered-hosts.ts';

export const ORDERED_HOSTS: readonly Mutant[] = [
  {
    name: 'ordered-hosts-not-recorded',
    why: 'a successor does not know whom the last master has given orders',
    file: 'src/core/recovery/send-orders.ts',
    find: 'if (!ordered.every((one) => isIn(incident.record.ordered, one)))',
    replace: 'if (!ordered.every((one) => isIn(ordered, one)))',
  },
  {
    name: 'any-slot-tells-of-former-orders',
    why: 'the slot of a host whose beats are dead is believed, whatever has landed over it',
    file: 'src/core/evidence/note.ts',
    find: "seen === 'advance' &&\n    before?.incarnation === header.incarnation &&",
    replace: "seen !== 'backwards' &&",
  },
  {
    name: 'another-agent-tells-of-intents',
    why: 'an agent that knows of no intent stands for the one that was ordered before it',
    file: BOOK,
    find: 'reading?.agent === agent &&',
    replace: 'reading !== undefined &&',
  },
  {
    name: 'next-agent-ends-an-order',
    why: 'what an agent has asked of nova is forgotten as soon as the next one is there',
    file: ORDERED,
    find: 'core.now - ordered.goneMs > core.settings.timing.openRequestMs',
    replace: 'core.now >= ordered.goneMs',
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
];
