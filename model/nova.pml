/* nova: requests on their way, evacuation records, and what nova-compute of their targets makes of them. */

/* States of a record. */
#define UNCLAIMED 1 /* waits for nova-compute of its target, in whatever boot */
#define RUNNING 2
#define ENDED 3
byte rowState[ROWS], rowTarget[ROWS], rowBoot[ROWS], rows;
/* nova places the VM on another host by now. */
bit movedAway;

/* A slave's request. */
#define HANDED_OVER 1 /* to its HTTP client, which has not sent it yet */
#define ON_ITS_WAY 2
byte request[2];

/* Hosts of the slaves. Back, and not seen so by a master yet. */
byte boot[2];
bit dead[2], provenDead[2], isBack[2];

#define IS_OPEN(r) (rowState[r] == UNCLAIMED || rowState[r] == RUNNING)
#define MAY_END_IN_A_COPY(r) (rowState[r] == UNCLAIMED || \
  (rowState[r] == RUNNING && !dead[rowTarget[r]] && rowBoot[r] == boot[rowTarget[r]]))
/* Not to be proven: a second try under the second master, and one after the target of the first has died. */
#ifdef REACH
#define GOAL (holder == 1 || rows == 0)
#else
#ifdef REACH_AFTER_DEATH
#define GOAL (rowState[0] != RUNNING)
#else
#define GOAL (!MAY_END_IN_A_COPY(0) && !MAY_END_IN_A_COPY(1) && !MAY_END_IN_A_COPY(2))
#endif
#endif

#ifdef NO_GATE
#define COMPUTE_RUNS(s) (!dead[s])
#else
#define COMPUTE_RUNS(s) (!dead[s] && !isBack[s])
#endif

inline evacuate(s0) {
  if
  :: !movedAway && rows < ROWS ->
     printf("nova opens record %d, to host %d\n", rows, s0);
     assert(GOAL);
     rowState[rows] = UNCLAIMED; rowTarget[rows] = s0; rows++
  :: else
  fi
}

proctype nova(byte s) {
  do
  :: d_step { request[s] == HANDED_OVER -> request[s] = ON_ITS_WAY; printf("the request of slave %d leaves\n", s) }
  :: d_step { request[s] == ON_ITS_WAY -> request[s] = 0; evacuate(s) }
  :: d_step { request[s] == ON_ITS_WAY -> request[s] = 0; printf("the request of slave %d comes to nothing\n", s) }
#ifdef BY_HAND
  :: d_step { s == 0 && rows == 1 -> printf("somebody evacuates it by hand\n"); evacuate(s) }
#endif
  od
}

proctype compute(byte r) {
  do
  :: d_step { rowState[r] == UNCLAIMED && COMPUTE_RUNS(rowTarget[r]) ->
       rowState[r] = RUNNING; rowBoot[r] = boot[rowTarget[r]]; printf("host %d claims record %d\n", rowTarget[r], r) }
  :: d_step { MAY_END_IN_A_COPY(r) -> rowState[r] = ENDED; rowBoot[r] = 0; printf("record %d fails\n", r) }
  :: d_step { rowState[r] == RUNNING && MAY_END_IN_A_COPY(r) ->
       rowState[r] = ENDED; rowBoot[r] = 0; movedAway = 1; printf("record %d is done\n", r) }
  od
}
