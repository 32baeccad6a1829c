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

#define NONE 0 /* No write of the seat was ever read. */

/* Host i on volume v. What host i knows is of the seat of host 1 - i. */
#define AT(i, v) ((i) * VOLUMES + (v))
#define HERE AT(me, v)
#define THERE AT(1 - me, v)
#define PLACES (2 * VOLUMES)

/* What stands in the seats, and what is on its way to them. */
byte landedTerm[PLACES], landedPhase[PLACES], sentTerm[PLACES], sentPhase[PLACES], sentAge[PLACES];
/* Of the other's seat: was what stands there read; the newest write ever read, and for how long it has stood still. */
bit isRead[PLACES];
byte known[PLACES], seenTerm[PLACES], seenPhase[PLACES], stillAge[PLACES];
/* It moved since the claim's check, and was not given back. */
bit moved[PLACES];
/* How far the claim has come on each volume; for how long the lease has been held there. */
byte stage[PLACES], heldAge[PLACES];
#if LATES > 0
/*
 * Writes of a seat are known by their rank, in the order in which they were begun: those of a beat have an odd one, and
 * the one that it leaves behind the even one after it. Late: on their way. Cover: one that stands over a newer one.
 */
byte landedRank[PLACES], lates, lateTerm[LATES], latePhase[LATES], coverRank, coverTerm, coverPhase;
/* What the other's seat has shown since the last tick: reads further apart do not follow each other. */
byte stood[PLACES];
#define RANK (me == 0 -> 1 + 2 * lates : 1)
#define RANK_OF_LATE(n) (2 + 2 * (n))
#define BEAT(rank) (((rank) - 1) / 2)
#define IS_COVERED(s) ((s) == AT(0, 0) && coverRank != 0)
#define ON_ITS_WAY(n) (latePhase[n] != FREE)
#if LATES == 1
#define LATE_BEFORE(rank) (ON_ITS_WAY(0) && RANK_OF_LATE(0) < rank)
#else
#define LATE_BEFORE(rank) ((ON_ITS_WAY(0) && RANK_OF_LATE(0) < rank) || (ON_ITS_WAY(1) && RANK_OF_LATE(1) < rank))
#endif
/* Something older may stand where the other has read its newest, which still counts then. */
#define STILL_COUNTS (me == 0 && ((coverRank != 0 && coverRank < known[THERE]) || LATE_BEFORE(known[THERE])))
#else
#define RANK 1
#define IS_COVERED(s) false
#define STILL_COUNTS false
#endif
#if RESTARTS > 0
/* For how long the own seat, of a former life, has stood still; for how long that life has held the lease. */
byte ownAge[PLACES], formerAge, restarts;
#endif

/*
 * A released seat is free at once, but only for those who have read it all the time before, and another write of the same
 * beat then: it may be a late write.
 */
#if LATES == 0 || defined(LATE_RELEASE)
#define FOLLOWED(rank) true
#elif defined(OTHER_BEAT)
#define FOLLOWED(rank) (stood[HERE] != NONE)
#elif defined(NEWEST_BEAT)
#define FOLLOWED(rank) (stood[HERE] != NONE && BEAT(known[HERE]) == BEAT(rank))
#else
#define FOLLOWED(rank) (stood[HERE] != NONE && BEAT(stood[HERE]) == BEAT(rank))
#endif
#define FREES(p, rank) ((p) == FREE || ((p) == RELEASED && FOLLOWED(rank)))

inline note(T, P, rank) {
  moved[HERE] = (stage[HERE] > 0 && !FREES(P, rank));
  stillAge[HERE] = (FREES(P, rank) -> LEASE : 0);
  seenTerm[HERE] = T; seenPhase[HERE] = P; known[HERE] = rank
}

/* Older than what was seen before: not believed, but something has moved. */
inline note_late() {
#ifndef LATE_IGNORED
  stillAge[HERE] = 0; moved[HERE] = (stage[HERE] > 0)
#else
  skip
#endif
}

/* Reads the other's seat. */
inline look() {
  if
  :: isRead[HERE] -> skip
#if LATES > 0
  :: !isRead[HERE] && IS_COVERED(THERE) && coverRank < known[HERE] -> note_late()
  :: !isRead[HERE] && IS_COVERED(THERE) && coverRank >= known[HERE] -> note(coverTerm, coverPhase, coverRank)
  :: !isRead[HERE] && !IS_COVERED(THERE) -> note(landedTerm[THERE], landedPhase[THERE], landedRank[THERE])
#else
  :: else -> note(landedTerm[THERE], landedPhase[THERE], RANK)
#endif
  fi;
  isRead[HERE] = 1;
#if LATES > 0
  stood[HERE] = (IS_COVERED(THERE) -> coverRank : landedRank[THERE]);
#endif
  skip
}

#define HAS_RIVAL (seenTerm[HERE] >= term[me])
/* No seat has moved since the check but to be given back, and the own claim is what stands there. */
#define CLAIM_STANDS (!IS_COVERED(HERE) && landedTerm[HERE] == term[me] && landedPhase[HERE] == CLAIMING && !moved[HERE])

#define SENDS (sentPhase[HERE] != FREE)
inline send(v0, T, P) { sentTerm[AT(me, v0)] = T; sentPhase[AT(me, v0)] = P; sentAge[AT(me, v0)] = 0 }
inline drop() { send(v, 0, FREE) }

/* The other has yet to read what stands there from now on. */
inline outdate() {
  isRead[THERE] = 0;
  if :: !STILL_COUNTS -> seenTerm[THERE] = 0; seenPhase[THERE] = FREE; stillAge[THERE] = 0 :: else fi
}

inline land() {
  landedTerm[HERE] = sentTerm[HERE]; landedPhase[HERE] = sentPhase[HERE];
#if LATES > 0
  landedRank[HERE] = RANK;
  if :: me == 0 -> coverRank = 0; coverTerm = 0; coverPhase = FREE :: else fi;
#endif
  outdate();
#if RESTARTS > 0
  if :: sentTerm[HERE] != term[me] && ACTIVE(sentPhase[HERE]) -> ownAge[HERE] = 0 :: else fi;
#endif
  drop()
}

#if LATES > 0
/* The beat has gone, and its write may land at any time. */
inline leave_behind() {
  lateTerm[lates] = sentTerm[HERE]; latePhase[lates] = sentPhase[HERE]; lates++; drop()
}

inline land_late(n) {
  if
  :: RANK_OF_LATE(n) < landedRank[HERE] ->
     coverRank = RANK_OF_LATE(n); coverTerm = lateTerm[n]; coverPhase = latePhase[n]
  :: else ->
     landedRank[HERE] = RANK_OF_LATE(n); landedTerm[HERE] = lateTerm[n]; landedPhase[HERE] = latePhase[n];
     coverRank = 0; coverTerm = 0; coverPhase = FREE
  fi;
#ifndef TWICE
  lateTerm[n] = 0; latePhase[n] = FREE;
#endif
  outdate()
}
#endif
