/*
 * The lease on the seats of one or three volumes: two hosts that may both claim it. Proven: whenever one wins the
 * lease, nobody else acts on it. `docs/protocol.md` says which variant shows what; `run.sh` runs them.
 *
 * Time. Between two ticks everything may happen any number of times, in any order, or not at all: a host may pause
 * anywhere and for any time, lose a volume for any time, or die. All bounds count their end in (an age of HOLD still
 * acts, one of LEASE has waited), so whatever can happen between two ticks can happen at one.
 *
 * Ages. Some runs have those of src/core/timing, a tick a beat: lease 8, hold 6, settle 2, write 1, claim 4 for 3.5. In the
 * others a tick is two beats: 4, 3 and 1, and write and claim are rounded down to 0 and 1. That keeps what they are
 * chosen by: HOLD + WRITE < LEASE, WRITE + SETTLE <= CLAIM <= HOLD. SLOW: the clock of host 0 loses every fourth tick.
 *
 * Writes. A host has at most one write on its way to a volume; it lands once, at any time or never, and whether the
 * host learns of it in time, or lives by then, is open. Landing and reading the seats afterwards are one step: a later
 * read sees no less. LATES: so many beats of host 0, two at most, leave a write behind, which may land after newer ones,
 * in whatever order.
 *
 * Left out: damaged seats, slots and what they say of terms (a claim goes by the seats alone), places being taken, two
 * hosts of one name, whatever makes hosts wait longer than the lease asks them to, answers that are taken later than
 * they were read (that only shortens what may be done on them), and a third host: it can only make one of the two
 * withdraw. Three volumes: nothing is given back or given up; host 0 reaches all of them, host 1 two, for a winner
 * needs no more. HELD: host 0 holds and claims no more, host 1 claims and does not renew.
 */
#ifndef VOLUMES
#define VOLUMES 1
#endif
#ifndef LEASE
#define LEASE 4
#endif
#ifndef HOLD
#define HOLD 3
#endif
#ifndef SETTLE
#define SETTLE 1
#endif
#ifndef WRITE
#define WRITE 0
#endif
#ifndef CLAIM
#define CLAIM 1
#endif
/* The highest term that is claimed. */
#ifndef TERMS
#define TERMS 2
#endif
/* Of host 0; what it did before goes on until its lease ends. */
#ifndef RESTARTS
#define RESTARTS 0
#endif
/* Of host 0. */
#ifndef LATES
#define LATES 0
#endif

/* What is left out or broken by the variants. */
#ifdef MINORITY
#define MAJORITY 1
#else
#define MAJORITY (VOLUMES / 2 + 1)
#endif
#ifdef NO_QUIET
#define STOOD_STILL true
#else
#define STOOD_STILL (stillAge[HERE] >= LEASE && OWN_STOOD_STILL)
#endif
#ifdef NO_REREAD
#define REREAD false
#else
#define REREAD true
#endif
#ifdef NO_DEADLINE_VOID
#define IN_TIME true
#else
#define IN_TIME (claimAge[me] <= CLAIM)
#endif
#define ANSWERED_IN_TIME (sentAge[HERE] <= WRITE)

#include "seats.pml"
#include "candidate.pml"

inline age(v0) {
  if :: phase[me] >= WRITING -> grow(heldAge[AT(me, v0)], HOLD + 1) :: else fi;
  if :: sentPhase[AT(me, v0)] != FREE -> grow(sentAge[AT(me, v0)], WRITE + 1) :: else fi;
  if :: isRead[AT(me, v0)] || seenPhase[AT(me, v0)] != FREE -> grow(stillAge[AT(me, v0)], LEASE) :: else fi;
#if RESTARTS > 0
  grow(ownAge[AT(me, v0)], LEASE);
#endif
#if LATES > 0
  stood[AT(me, v0)] = NONE;
#endif
  skip
}

#ifdef SLOW
byte quarter;
#define TICKS (me == 1 || quarter != 0)
#else
#define TICKS true
#endif

proctype clock() {
  byte me;
  do
  :: d_step {
       me = 0;
       do
       :: me < 2 ->
          if
          :: TICKS ->
             if :: phase[me] >= CHECKING && phase[me] <= SETTLING -> grow(claimAge[me], CLAIM + 1) :: else fi;
             if :: phase[me] == SETTLING -> grow(settleAge[me], SETTLE) :: else fi;
             age(0);
#if VOLUMES == 3
             age(1); age(2);
#endif
#ifndef NO_EXPIRY
             if
             :: phase[me] == HOLDER && COUNT(heldAge, <=, HOLD) < MAJORITY -> forget()
             :: else
             fi;
#endif
             skip
          :: else
          fi;
          me++
       :: else -> break
       od;
       me = 0;
#if RESTARTS > 0
       grow(formerAge, HOLD + 1);
#endif
#ifdef SLOW
       quarter = (quarter + 1) % 4;
#endif
       printf("tick\n") }
  od
}

init {
  atomic {
#if RESTARTS > 0
    ownAge[0] = LEASE; ownAge[1] = LEASE; formerAge = HOLD + 1;
#endif
#ifdef HELD
    phase[0] = HOLDER; term[0] = 1;
    landedTerm[0] = 1; landedTerm[1] = 1; landedTerm[2] = 1;
    landedPhase[0] = CLAIMING; landedPhase[1] = CLAIMING; landedPhase[2] = CLAIMING;
#endif
    run host(0, 0); run host(1, 0);
#if VOLUMES == 3
    run host(0, 1); run host(1, 1); run host(0, 2); run host(1, 2);
#endif
    run clock()
  }
}
