/** Signs of life of a failed host, and what they stop. */
import type { Mutant } from '../mutant.ts';

export const LIFE_SIGNS: readonly Mutant[] = [
  {
    name: 'forced-down-though-back',
    why: 'a host that has come back while nova took its time is forced down',
    file: 'src/core/recovery/force-down.ts',
    find: 'return evidence !== undefined && isFresh(factsOf(core, evidence));',
    replace: 'return evidence === undefined;',
  },
  {
    name: 'life-signs-are-written-late',
    why: 'slaves read that a host shows life only once that has lasted',
    file: 'src/core/recovery/pursue.ts',
    find: "reason?.code === 'life-signs' ? reason.code : ",
    replace: '',
  },
  {
    name: 'life-signs-bind-no-slave',
    why: 'an order that is out is carried out though the host shows life',
    file: 'src/core/coordination/volume/check-licence.ts',
    find: "new Set(['life-signs', 'life-after-failed'])",
    replace: "new Set(['life-after-failed'])",
  },
  {
    name: 'heard-while-nova-answered',
    why: 'orders go out though others have heard the host while nova took its time',
    file: 'src/core/recovery/evacuation-round.ts',
    find: "      (!back && since.witness !== 'none-alive') ||\n",
    replace: '',
  },
  {
    name: 'forced-down-though-others-hear-it',
    why: 'a host is forced down by what the master itself sees of it, though others hear it by now',
    file: 'src/core/recovery/force-down.ts',
    find: "(showsLife(core, victim) || factsOf(core, evidence).witness !== 'none-alive')",
    replace: 'showsLife(core, victim)',
  },
  {
    name: 'older-slot-beside-a-torn-one',
    why: 'a slot that the host has left speaks for it where the one in which it went on is torn',
    file: 'src/core/recovery/check-victim.ts',
    find: "one.state === 'damaged' && (one.host",
    replace: "one.state === 'damaged' && core.now < 0 && (one.host",
  },
  {
    name: 'life-signs-forgotten-over-another-hold',
    why: 'what else holds an incident stands where slaves were to read of signs of life',
    file: 'src/core/recovery/pursue.ts',
    find: "record.hold === 'life-signs' && anyOrderOut(core, incident)",
    replace: 'false',
  },
  {
    name: 'life-signs-forgotten-over-an-order',
    why: 'slaves may go on with an order that is out as soon as nobody hears the host any more',
    file: 'src/core/recovery/evacuation-round.ts',
    find: '    if (anyOrderOut(core, incident)) {',
    replace: '    if (anyOrderOut(core, incident) && core.now < 0) {',
  },
  {
    name: 'life-signs-wait-for-nova',
    why: 'a master that waits for nova does not tell its slaves that the host lives',
    file: 'src/core/recovery/evacuation-round.ts',
    find: 'anyOrderOut(core, incident) && isAnother();',
    replace: 'false;',
  },
  {
    name: 'order-void-on-every-volume-alone',
    why: 'an order that no majority of seats can confirm counts as out',
    file: 'src/core/coordination/volume/lease-seats.ts',
    find: 'return valid.length < leaseMajority(core);',
    replace: 'return valid.length === 0;',
  },
  {
    name: 'older-list-undoes-force-down',
    why: 'a list of services that was asked for before shows what Vigil has changed since',
    file: 'src/core/evidence/nova-witness.ts',
    find: 'isOlder(service.host) ? told.get(service.host) : undefined',
    replace: 'isOlder(service.host) ? undefined : undefined',
  },
  {
    name: 'life-signs-wait-for-force-down',
    why: 'a master that waits for nova to force a host down does not tell its slaves that it lives',
    file: 'src/core/recovery/force-down.ts',
    find: 'unless(core, master, isUrgent, setForcedDown',
    replace: 'unless(core, master, () => false, setForcedDown',
  },
];
