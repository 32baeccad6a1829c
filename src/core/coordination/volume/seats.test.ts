import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { seat, TIMING } from '../../../../test/world/fixtures.ts';
import type { SeatObservation } from '../../wire/observations.ts';
import { connectedCore } from '../../../../test/world/pump.ts';
import { former, remainingMs } from './lease-seats.ts';
import { majorityOf, renewedOnMajorityMs } from './majority.ts';
import {
  apparentHolder,
  forgetOrder,
  highestTerm,
  type HolderSeen,
  isActive,
  noteHolder,
  noteSeats,
  quietSinceMs,
  rival,
  sameSeat,
  type SeatTrack,
  tracked,
} from './seats.ts';

function remaining(renewedMs: Readonly<Record<string, number>>, volumes: number, now: number): number {
  const names = ['a', 'b', 'c'].slice(0, volumes).map((name) => ({ name, lease: true }));
  const core = connectedCore({ volumes: names }, 0);
  const renewed = new Map(Object.entries(renewedMs));
  core.lease = { phase: 'holding', term: 1, renewedMs: renewed, sawPreviousHolder: true };
  return remainingMs({ ...core, now });
}

class Reader {
  readonly seats = new Map<number, SeatTrack>();
  seatsReadMs: number | null = null;

  read(endedMs: number, ...seats: readonly SeatObservation[]) {
    return noteSeats(this, seats, { begunMs: endedMs, endedMs }, TIMING.followMs);
  }

  get quietSinceMs(): number {
    return quietSinceMs(this.seats.values(), 'h1', 'h1-agent');
  }
}

const damaged: SeatObservation = { state: 'damaged', index: 5, host: null, reason: { code: 'torn' } };

void test('a holder acts until its margin before the end, from the renewal that a majority shares', () => {
  assert.equal(remaining({ a: 1_000 }, 1, 1_000), TIMING.holdMs);
  assert.equal(remaining({ a: 1_000 }, 1, 1_000 + TIMING.holdMs), 0);
  assert.equal(remaining({ a: 9_000, b: 4_000, c: 1_000 }, 3, 9_000), 1_000);
  assert.equal(remaining({ a: 9_000 }, 3, 9_000), 0);
  assert.equal(
    remainingMs({ ...connectedCore({}, 0), lease: { phase: 'claiming', term: 1, begunMs: 0 } }),
    0,
  );
  assert.deepEqual([1, 2, 3].map(majorityOf), [1, 2, 2]);
});

void test('a majority shares the second newest of three renewals, whichever volumes they are on', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), (times) => {
      const sorted = [...times].sort((a, b) => b - a);
      const renewedMs = new Map(times.map((at, n) => [`v${n}`, at]));
      assert.equal(renewedOnMajorityMs(renewedMs, 3), sorted[1]);
    }),
  );
});

void test('quiet since the last change of a seat of anybody else, a former life of this agent included', () => {
  const reader = new Reader();
  reader.read(100, seat('h2', 2));
  reader.read(200, seat('h2', 2), seat('h1', 1));
  assert.equal(reader.quietSinceMs, 100);
  assert.equal(quietSinceMs(reader.seats.values(), 'h1', 'h1-later'), 200);
  reader.read(300, damaged);
  assert.equal(reader.quietSinceMs, 300, 'a damaged seat may be active');
});

void test('a seat given back is waited for, unless it was read all the time before', () => {
  const given = seat('h2', 2, { phase: 'released' }, 2);
  const reader = new Reader();
  reader.read(100, given);
  assert.equal(reader.quietSinceMs, 100, 'at first sight');
  reader.read(1_000, seat('h2', 2, {}, 3));
  reader.read(1_000 + TIMING.followMs - 1, seat('h2', 2, { phase: 'released' }, 4));
  assert.equal(reader.quietSinceMs, 0);
  reader.read(9_000, seat('h2', 2, {}, 5));
  reader.read(9_000 + TIMING.followMs, seat('h2', 2, { phase: 'released' }, 6));
  assert.equal(reader.quietSinceMs, 9_000 + TIMING.followMs, 'after a gap');
  const taken = seat('h3', 2, { phase: 'released' }, 1);
  reader.read(11_000, { ...taken, header: { ...taken.header, owner: 'somebody else' } });
  assert.equal(reader.quietSinceMs, 11_000, 'by somebody else');
});

void test('a write that is older than what was seen takes nothing back, and may cover what nobody has seen', () => {
  const reader = new Reader();
  const at = (incarnation: number, counter: number, phase: 'holding' | 'released') => {
    const of = seat('h2', 2, { phase });
    return { ...of, header: { ...of.header, incarnation, counter } };
  };
  const torn: SeatObservation = { ...damaged, index: 2 };
  reader.read(100, at(2, 3, 'holding'));
  [at(1, 90, 'released'), at(2, 2, 'released')].forEach((late, n) => {
    for (const ms of [200, 210]) reader.read(ms + n * 100, late);
    assert.deepEqual(tracked(reader.seats), [at(2, 3, 'holding')]);
    assert.equal(reader.quietSinceMs, 200 + n * 100);
  });
  assert.equal(apparentHolder(reader.seats.values())?.shownMs, 100, 'its holder has not moved');
  reader.read(400, torn);
  reader.read(500, at(1, 91, 'released'));
  assert.equal(reader.quietSinceMs, 500);
  reader.read(600, at(2, 4, 'released'));
  assert.equal(reader.quietSinceMs, 600, 'of the same beat as the newest, but that is not what stood there');
  reader.read(700, at(2, 5, 'holding'));
  reader.read(800, at(2, 6, 'released'));
  assert.equal(reader.quietSinceMs, 0);
  reader.read(900, at(2, 5, 'released'));
  assert.equal(reader.quietSinceMs, 900, 'given back, and taken anew for all one knows');
});

void test('a seat that was freed, and one on another volume, begins anew', () => {
  const begins: readonly ((reader: Reader) => void)[] = [(reader) => reader.read(200), forgetOrder];
  for (const begin of begins) {
    const reader = new Reader();
    reader.read(100, seat('h2', 2, { phase: 'released' }, 9));
    begin(reader);
    reader.read(300, seat('h2', 2, {}, 1));
    assert.equal(reader.quietSinceMs, 300);
    assert.equal(apparentHolder(reader.seats.values())?.shownMs, 300);
  }
});

void test('a renewal is seen only in a seat that was holding before', () => {
  const reader = new Reader();
  const renewed = (endedMs: number, ...observed: readonly SeatObservation[]) =>
    reader.read(endedMs, ...observed).map(({ body }) => body.host);
  assert.deepEqual(renewed(1, seat('h2', 2)), []);
  assert.deepEqual(renewed(2, seat('h2', 2)), []);
  assert.deepEqual(renewed(3, seat('h2', 2, {}, 2)), ['h2']);
  assert.deepEqual(renewed(4, seat('h2', 2, { phase: 'released' }, 3)), []);
});

void test('who held the lease last: the highest term that was seen to renew, until it is given back', () => {
  const reader = new Reader();
  let last: HolderSeen | null = null;
  const read = (observed: readonly SeatObservation[], endedMs: number): string => {
    last = noteHolder(last, reader.read(endedMs, ...observed), observed, endedMs);
    if (last === null) return 'nobody';
    return `${last.host} ${last.renewedMs}${last.gaveBack ? ' gave it back' : ''}`;
  };
  const old = seat('h3', 3, { term: 1 }, 9);
  assert.equal(
    read([old, seat('h2', 2, { term: 2 })], 1),
    'nobody',
    'a seat that stands still may be of long ago',
  );
  assert.equal(read([old, seat('h2', 2, { term: 2 }, 2)], 2), 'h2 2');
  assert.equal(read([old, seat('h2', 2, { term: 2 }, 2)], 3), 'h2 2');
  assert.equal(
    read([seat('h3', 3, { term: 1 }, 10), seat('h2', 2, { term: 2 }, 2)], 4),
    'h2 2',
    'a late write',
  );
  assert.equal(
    read([old, seat('h2', 2, { term: 3, phase: 'released' }, 3)], 5),
    'h2 2',
    'a later claim, withdrawn',
  );
  assert.equal(read([old, seat('h2', 2, { term: 2, phase: 'released' }, 4)], 6), 'h2 2 gave it back');
  assert.equal(read([seat('h3', 3, { term: 1 }, 11)], 7), 'h2 2 gave it back', 'also when it says no more');
});

void test('the former holder is the one of the highest term on any volume, where it was last seen to renew', () => {
  const seenOn = (...volumes: readonly (readonly [number, number, boolean] | null)[]): string => {
    const names = volumes.map((_, n) => ({ name: 'abc'.charAt(n), lease: true }));
    const core = connectedCore({ volumes: names }, 0);
    volumes.forEach((seen, n) => {
      const volume = core.volumes.get('abc'.charAt(n)) ?? assert.fail();
      if (seen === null) return;
      const [term, renewedMs, gaveBack] = seen;
      volume.holderSeen = { host: `h${term}`, boot: 'boot', term, renewedMs, gaveBack };
    });
    const last = former(core);
    return last === null ? 'nobody' : `${last.host} ${last.renewedMs}`;
  };
  assert.equal(seenOn(null, null, null), 'nobody');
  assert.equal(seenOn([1, 50, false], [2, 90, false], [2, 95, false]), 'h2 95');
  assert.equal(seenOn([2, 95, false], [2, 90, false], [1, 99, false]), 'h2 95');
  assert.equal(
    seenOn([1, 50, false], [2, 90, true], [2, 95, true]),
    'nobody',
    'a volume that hangs since long',
  );
  assert.equal(seenOn([2, 80, false], [2, 90, true], null), 'nobody', 'given back where it could be');
});

void test('every change of a seat is one, and nothing else is', () => {
  const base = seat('h2', 2);
  assert.ok(sameSeat(base, seat('h2', 2)));
  assert.ok(!sameSeat(base, seat('h2', 2, {}, 2)));
  assert.ok(!sameSeat(base, seat('h2', 2, { term: 2 })));
  assert.ok(!sameSeat(base, seat('h2', 2, { phase: 'claiming' })));
  assert.ok(!sameSeat(base, { ...base, header: { ...base.header, incarnation: 2 } }));
  assert.ok(!sameSeat(base, damaged) && sameSeat(damaged, damaged));
});

void test('active is who acts, is about to, or cannot be read', () => {
  assert.deepEqual(
    (['claiming', 'holding', 'released'] as const).map((phase) => isActive(seat('h2', 2, { phase }))),
    [true, true, false],
  );
  assert.ok(isActive(damaged));
});

void test('a rival is another host with a term as high, in whatever phase', () => {
  const seats = [seat('h1', 1, { term: 9 }), seat('h2', 2, { term: 5, phase: 'released' }), damaged];
  assert.equal(rival(seats, 'h1', 5)?.host, 'h2');
  assert.equal(rival(seats, 'h1', 6), null);
  assert.equal(rival(seats, 'h1', 1)?.host, 'h2', 'its own former life is dealt with by the higher term');
});

void test('the apparent holder is the highest term that says holding; terms count from all seats', () => {
  const reader = new Reader();
  const released = seat('h4', 4, { term: 8, phase: 'released' });
  reader.read(7, seat('h2', 2, { term: 3 }), seat('h3', 3, { term: 4 }), released);
  assert.equal(apparentHolder(reader.seats.values())?.body.host, 'h3');
  assert.equal(highestTerm(reader.seats.values()), 8);
  assert.equal(apparentHolder([]), null);
});
