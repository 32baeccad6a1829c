/*
 * The seats of two hosts on each volume: writing one's own, reading the other's. Included by lease.pml, whose ages and
 * head say what is meant.
 */

/* Phases of a seat. */
#define FREE 0
#define RELEASED 1
#define CLAIMING 2
#define HOLDING 3
#define ACTIVE(p) ((p) >= CLAIMING)

/* Which write of the other's seat a host goes by. */
#define NONE 0
#define PAST 1 /* whatever is read next is news */
#define LATE 2
#define BETWEEN 3 /* newer than the late one, and not the newest */
#define NEWEST 4

/* Host i on volume v. What host i knows is of the seat of host 1 - i. */
#define AT(i, v) ((i) * VOLUMES + (v))
#define HERE AT(me, v)
#define THERE AT(1 - me, v)
#define PLACES (2 * VOLUMES)

/* What stands in the seats, and what is on its way to them. */
byte landedTerm[PLACES], landedPhase[PLACES], sentTerm[PLACES], sentPhase[PLACES], sentAge[PLACES];
/* What is known of the other's seat, for how long it has stood still, and whether it moved since the claim's check. */
byte known[PLACES], seenTerm[PLACES], seenPhase[PLACES], stillAge[PLACES];
bit moved[PLACES];
/* How far the claim has come on each volume; for how long the lease has been held there. */
byte stage[PLACES], heldAge[PLACES];
#if LATES > 0
/* A late write: on its way, or covering the newest one. Overtaken: a newer one has landed. */
byte lateTerm[PLACES], latePhase[PLACES], readAge[PLACES], lates;
bit overtaken[PLACES], covered[PLACES], sawCover[PLACES];
#define IS_COVERED(s) covered[s]
#define SAW_COVER sawCover[HERE]
#else
#define IS_COVERED(s) false
#define SAW_COVER false
#endif
#if RESTARTS > 0
/* For how long the own seat, of a former life, has stood still; for how long that life has held the lease. */
byte ownAge[PLACES], formerAge, restarts;
#endif

/* A released seat is free at once, but only for those who have read it all the time before: it may be a late write. */
#if LATES == 0 || defined(LATE_RELEASE)
#define FOLLOWED true
#else
#define FOLLOWED (known[HERE] != NONE && readAge[HERE] < GAP)
#endif
#define FREES(p) ((p) == FREE || ((p) == RELEASED && FOLLOWED))

inline note(T, P, what) {
  stillAge[HERE] = (FREES(P) -> LEASE : 0);
  seenTerm[HERE] = T; seenPhase[HERE] = P; known[HERE] = what;
  moved[HERE] = (stage[HERE] > 0)
}

#define IS_PASSED (known[HERE] == BETWEEN || (known[HERE] == NEWEST && overtaken[THERE]))

/* Reads the other's seat. */
inline look() {
  if
  :: !IS_COVERED(THERE) && known[HERE] != NEWEST ->
     note(landedTerm[THERE], landedPhase[THERE], NEWEST);
#if LATES > 0
     sawCover[HERE] = 0
  :: IS_COVERED(THERE) && known[HERE] != LATE && !IS_PASSED -> note(lateTerm[THERE], latePhase[THERE], LATE)
  :: IS_COVERED(THERE) && IS_PASSED && !sawCover[HERE] ->
     /* Older than what was seen before: not believed, but something has moved. */
#ifdef LATE_IGNORED
     skip
#else
     sawCover[HERE] = 1; stillAge[HERE] = 0; moved[HERE] = (stage[HERE] > 0)
#endif
#endif
  :: else
  fi;
#if LATES > 0
  readAge[HERE] = 0;
#endif
  skip
}

#define HAS_RIVAL (seenTerm[HERE] >= term[me])
/* No active seat has moved since the check, and the own claim is what stands there. */
#define CLAIM_STANDS (!IS_COVERED(HERE) && landedTerm[HERE] == term[me] && landedPhase[HERE] == CLAIMING && \
  !(moved[HERE] && (ACTIVE(seenPhase[HERE]) || SAW_COVER)))

#define SENDS (sentPhase[HERE] != FREE)
inline send(v0, T, P) { sentTerm[AT(me, v0)] = T; sentPhase[AT(me, v0)] = P; sentAge[AT(me, v0)] = 0 }
inline drop() { send(v, 0, FREE) }

/* The other has yet to read what stands there from now on. */
inline outdate() {
  if
  :: known[THERE] == NONE -> skip
#if LATES > 0
  :: known[THERE] == NEWEST && overtaken[HERE] && !covered[HERE] -> known[THERE] = BETWEEN
  :: known[THERE] == BETWEEN && !covered[HERE] -> skip
#endif
  :: else -> known[THERE] = PAST; seenTerm[THERE] = 0; seenPhase[THERE] = FREE; stillAge[THERE] = 0
  fi
}

inline land() {
  outdate();
  landedTerm[HERE] = sentTerm[HERE]; landedPhase[HERE] = sentPhase[HERE];
#if LATES > 0
  if
  :: covered[HERE] ->
     covered[HERE] = 0;
#ifndef TWICE
     overtaken[HERE] = 0; lateTerm[HERE] = 0; latePhase[HERE] = FREE
#endif
  :: !covered[HERE] && latePhase[HERE] != FREE -> overtaken[HERE] = 1
  :: else
  fi;
#endif
#if RESTARTS > 0
  if :: sentTerm[HERE] != term[me] && ACTIVE(sentPhase[HERE]) -> ownAge[HERE] = 0 :: else fi;
#endif
  drop()
}

/* The beat has gone, and its write may land at any time. */
inline leave_behind() {
  lates++; lateTerm[HERE] = sentTerm[HERE]; latePhase[HERE] = sentPhase[HERE]; drop()
}

inline land_late() {
  if
  :: overtaken[HERE] -> covered[HERE] = 1
  :: else ->
     outdate();
     landedTerm[HERE] = lateTerm[HERE]; landedPhase[HERE] = latePhase[HERE];
     lateTerm[HERE] = 0; latePhase[HERE] = FREE
  fi
}
