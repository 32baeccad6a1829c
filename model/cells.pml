/*
 * The record of an incident in the two cells of its host, across changes of master. Proven: what a master has acted on
 * is what its successor reads, though a write of a former master lands over it, however late. `docs/protocol.md` says
 * which variant shows what.
 *
 * One volume: what is on a majority is found on any other, and a late write is late on its own. A former master writes
 * record 1, and its storage hangs wherever it likes; its successor writes records 2 and 3, acts on each as soon as that
 * stands in both cells, and dies at any time; the third master reads. A beat has one system call under way. What waits
 * behind that is refused once its deadline is over, which is before a successor can have won, as lease.pml has it:
 * holder and request have 6 and 2 beats, a successor waits for 8 and settles for 2.
 *
 * Left out: a death that leaves a block torn (TORN_TOO shows that it must not meet a late write), and what is told in a
 * record.
 */
#define NOTHING 0
#define TORN 9

byte cell[2];
/* What the former master's beat has under way, and what it has been asked for since. */
byte underWay = NOTHING, underWayAt;
byte queued = NOTHING, queuedAt;
bool deposed = false;
/* The newest record that was acted on. */
byte acted = NOTHING;

/* Asks for a write and hears nothing, or that it is done; in what order, its retries decide. */
proctype former() {
  byte at;
  do
  :: !deposed ->
     if
     :: at = 0
     :: at = 1
     fi;
     atomic {
       if
       :: deposed
       :: !deposed && underWay == NOTHING -> underWay = 1; underWayAt = at
       :: !deposed && underWay != NOTHING && queued == NOTHING -> queued = 1; queuedAt = at
       :: else
       fi
     }
  :: deposed -> break
  od
}

proctype formerBeat() {
end:
  do
  :: atomic { underWay != NOTHING -> cell[underWayAt] = underWay; underWay = NOTHING }
  :: atomic { underWay == NOTHING && queued != NOTHING ->
       if
#ifdef NO_REFUSAL
       :: underWay = queued; underWayAt = queuedAt
#else
       :: !deposed -> underWay = queued; underWayAt = queuedAt
       :: deposed
#endif
       fi;
       queued = NOTHING }
  od
}

/* What the third master reads when the second has just died. */
inline successorReads() {
  d_step {
    read = NOTHING;
    if
    :: cell[0] != TORN && cell[0] > read -> read = cell[0]
    :: else
    fi;
    if
    :: cell[1] != TORN && cell[1] > read -> read = cell[1]
    :: else
    fi;
    /* Nothing that can be read is not taken for nothing. */
    assert(read >= acted || (cell[0] == TORN && cell[1] == TORN))
  }
}

proctype second() {
  byte record = 2, first, read;
  deposed = true;
  do
  :: record <= 3 ->
     first = record % 2;
#ifdef TORN_TOO
     atomic { cell[first] = TORN; successorReads() }
#endif
     cell[first] = record; successorReads();
#ifndef ONE_CELL
     cell[1 - first] = record; successorReads();
#endif
     acted = record;
#ifdef REACH
     assert(!(acted == 3 && cell[0] == 1));
#endif
     record++
  :: else -> break
  od;
  do
  :: successorReads()
  od
}

init { atomic { run former(); run formerBeat(); run second() } }
