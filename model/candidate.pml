/*
 * A host that claims the lease, holds and renews it: src/core/election, src/core/coordination/volume. One process for
 * each volume. Included by lease.pml, whose head says what is meant.
 */

/* Phases of a host. */
#define WATCHING 0
#define CHECKING 1
#define WRITING 2
#define SETTLING 3
#define HOLDER 4

/* Stages of a claim on one volume. */
#define CHECKED 1
#define WRITTEN 2
#define SETTLED 3

#ifdef COUNT_FROM_END
bit answer[PLACES];
#endif
byte phase[2], term[2], claimAge[2], settleAge[2];
#if RESTARTS > 0
#define OWN_STOOD_STILL (ownAge[HERE] >= LEASE)
#define FORMER_ACTS (formerAge <= HOLD)
#else
#define OWN_STOOD_STILL true
#define FORMER_ACTS false
#endif
#if VOLUMES == 1
#define COUNT(a, op, x) (a[AT(me, 0)] op x)
#define REACHED(v) true
#else
#define COUNT(a, op, x) ((a[AT(me, 0)] op x) + (a[AT(me, 1)] op x) + (a[AT(me, 2)] op x))
#define REACHED(v) (me == 0 || (v) > 0)
#endif
#ifdef HELD
#define MAY_CLAIM (me == 1)
#define MAY_RENEW (me == 0)
#else
#define MAY_CLAIM true
#define MAY_RENEW true
#endif
#define ACTS(i) (phase[i] == HOLDER)
#ifdef REACH
/* Not to be proven: one wins from another that held and fell silent. */
#define GOAL (seenPhase[HERE] != HOLDING)
#else
#define GOAL (!ACTS(1 - me) && !FORMER_ACTS)
#endif

/* Scratch, no part of the state. */
hidden byte w, t;

inline grow(x, max) { if :: x < max -> x++ :: else fi }

inline forget() {
  phase[me] = WATCHING; term[me] = 0; claimAge[me] = 0; settleAge[me] = 0;
#ifdef COUNT_FROM_END
  answer[AT(me, 0)] = 0;
#endif
  w = 0;
  do
  :: w < VOLUMES -> stage[AT(me, w)] = 0; heldAge[AT(me, w)] = 0; moved[AT(me, w)] = 0; w++
  :: else -> break
  od;
  w = 0
}

inline win() {
  phase[me] = HOLDER; claimAge[me] = 0; settleAge[me] = 0;
  w = 0;
  do
  :: w < VOLUMES ->
     if :: stage[AT(me, w)] != SETTLED -> heldAge[AT(me, w)] = HOLD + 1 :: else fi;
     stage[AT(me, w)] = 0; moved[AT(me, w)] = 0; w++
  :: else -> break
  od;
  w = 0;
  printf("host %d holds term %d\n", me, term[me]);
  assert(GOAL)
}

/* Above every term seen on the seats. */
inline choose_term() {
  t = 0; w = 0;
  do
  :: w < VOLUMES ->
     if :: landedTerm[AT(me, w)] > t -> t = landedTerm[AT(me, w)] :: else fi;
     if :: seenTerm[AT(me, w)] > t -> t = seenTerm[AT(me, w)] :: else fi;
     w++
  :: else -> break
  od;
  t++; w = 0
}

inline claim() {
  phase[me] = WRITING; term[me] = t;
  do
  :: w < VOLUMES -> if :: stage[AT(me, w)] == CHECKED -> send(w, t, CLAIMING) :: else fi; w++
  :: else -> break
  od;
  w = 0
}

proctype host(byte me, v) {
  do
  :: d_step { phase[me] == WATCHING && MAY_CLAIM && REACHED(v) -> look(); printf("host %d reads %d\n", me, v) }
  :: d_step { phase[me] <= CHECKING && MAY_CLAIM && REACHED(v) && stage[HERE] == 0 && !SENDS ->
       look();
       if
       :: STOOD_STILL ->
          phase[me] = CHECKING; stage[HERE] = CHECKED; printf("host %d has checked %d\n", me, v)
       :: else
       fi }
  :: d_step { v == 0 && phase[me] == CHECKING && COUNT(stage, ==, CHECKED) >= MAJORITY && IN_TIME ->
       choose_term();
       if
       :: t <= TERMS -> claim(); printf("host %d writes its claim of term %d\n", me, t)
       :: else -> forget()
       fi;
       t = 0 }
  :: d_step {
       SENDS && ANSWERED_IN_TIME && phase[me] == WRITING && stage[HERE] == CHECKED && sentTerm[HERE] == term[me] ->
       land(); look(); stage[HERE] = WRITTEN; printf("host %d: claim landed on %d\n", me, v) }
  :: d_step { v == 0 && phase[me] == WRITING && COUNT(stage, ==, WRITTEN) >= MAJORITY -> phase[me] = SETTLING }
  :: d_step { phase[me] == SETTLING && settleAge[me] >= SETTLE && stage[HERE] == WRITTEN && IN_TIME ->
       if :: REREAD -> look() :: else fi;
       printf("host %d reads back %d\n", me, v);
       stage[HERE] = (!REREAD || CLAIM_STANDS -> SETTLED : 0);
       if
       :: (REREAD && HAS_RIVAL) || COUNT(stage, >=, WRITTEN) < MAJORITY ->
          forget(); printf("host %d withdraws\n", me)
       :: else -> if :: COUNT(stage, ==, SETTLED) >= MAJORITY -> win() :: else fi
       fi }
  /* renew */
  :: d_step { phase[me] == HOLDER && MAY_RENEW && REACHED(v) && !SENDS ->
       send(v, term[me], HOLDING); printf("host %d renews on %d\n", me, v) }
  :: d_step { SENDS && ANSWERED_IN_TIME && phase[me] == HOLDER && sentTerm[HERE] == term[me] ->
#ifdef COUNT_FROM_END
       answer[HERE] = 1;
#else
       heldAge[HERE] = sentAge[HERE];
#endif
       land(); look();
       printf("host %d: renewal landed on %d\n", me, v);
       if :: HAS_RIVAL -> forget(); printf("host %d steps down\n", me) :: else fi }
  /* a write lands, and nobody takes its answer */
  :: d_step { SENDS -> land(); printf("host %d: a write landed on %d, unanswered\n", me, v) }
#ifdef COUNT_FROM_END
  :: d_step { answer[HERE] -> answer[HERE] = 0; if :: phase[me] == HOLDER -> heldAge[HERE] = 0 :: else fi }
#endif
#ifdef LYING
  /* answered, and not there */
  :: d_step { SENDS && phase[me] == HOLDER && sentTerm[HERE] == term[me] ->
       heldAge[HERE] = sentAge[HERE]; drop(); printf("host %d: renewal answered and lost on %d\n", me, v) }
#endif
#if VOLUMES == 1
  /* a write fails; a host gives up what it was at; it gives back a seat that it does not hold */
  :: d_step { SENDS -> drop(); printf("host %d: a write failed\n", me) }
  :: d_step { phase[me] >= CHECKING -> forget(); printf("host %d gives up\n", me) }
  :: d_step { phase[me] == WATCHING && !SENDS && ACTIVE(landedPhase[HERE]) && OWN_STOOD_STILL ->
       send(v, landedTerm[HERE], RELEASED); printf("host %d releases its seat\n", me) }
#endif
#if LATES > 0
  :: d_step { me == 0 && lates < LATES && SENDS -> leave_behind(); printf("host 0 leaves a write behind\n") }
  :: d_step { me == 0 && ON_ITS_WAY(0) -> land_late(0); printf("host 0: the first late write lands\n") }
#if LATES > 1
  :: d_step { me == 0 && ON_ITS_WAY(1) -> land_late(1); printf("host 0: the second late write lands\n") }
#endif
#endif
#if RESTARTS > 0
  :: d_step { me == 0 && restarts < RESTARTS ->
       restarts++;
       printf("host 0 starts anew\n");
#ifdef RESUME_TERM
       if
       :: landedPhase[HERE] == HOLDING -> phase[me] = HOLDER; term[me] = landedTerm[HERE]; heldAge[HERE] = 0
       :: else -> forget()
       fi;
#else
       if :: phase[me] == HOLDER -> formerAge = heldAge[HERE] :: else fi;
       forget();
#endif
#ifndef NO_OWN_WAIT
       ownAge[HERE] = (ACTIVE(landedPhase[HERE]) -> 0 : LEASE);
#endif
       known[HERE] = NONE; isRead[HERE] = 0; seenTerm[HERE] = 0; seenPhase[HERE] = FREE; stillAge[HERE] = 0 }
#endif
  od
}

