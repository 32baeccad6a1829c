/* Orders on their way, and the slaves that carry them out: src/core/recovery/executor.ts. */

/* Of each order what still counts: once it has been taken, and has passed a check, that check's ground is forgotten. */
#define SENT 1
#define ARRIVED 2 /* or lost */
byte orderState[ORDERS], orderTarget[ORDERS], orderTerm[ORDERS], deadRows[ORDERS], orders;
bit expired[ORDERS], refused[ORDERS];
/* By master: its order for the VM that is not over. */
byte own[2];

/* What a slave is at. */
#define IDLE 0
#define TAKEN 1 /* the intent is written */
#define ROWS_READ 2
#define LEASE_READ 3
#define AWAITING 4 /* its record, or the end of Q */
#define INHERITED 5 /* the intent of a former life: awaits the end of Q */
byte stage[2], taken[2], newestThen[2];
/* What stands in its slot. */
#define INTENDED 1
#define POSTED 2
byte slot[2];
byte deaths, restarts;
#ifdef COVERS
/* Its beats have died, and a write of their predecessors has landed over its slot, which tells of no intent now. */
bit covered[2];
byte covers;
/* Lives of its agent; of each order the one that it was given to. */
byte life[2], orderLife[ORDERS];
/* Its beats have lived through the start of its agent, and told it all that the former one had said. */
bit continues[2];
#define IS_COVERED(x) covered[x]
#define SPEAKS_FOR(x, of) (life[x] == of || (continues[x] && life[x] == of + 1))
#define ORDER_LIFE(k) orderLife[k]
#else
#define IS_COVERED(x) false
#define SPEAKS_FOR(x, of) true
#define ORDER_LIFE(k) 0
#endif

#ifdef PAUSED_REQUEST
#define ASKED HANDED_OVER
#else
#define ASKED ON_ITS_WAY
#endif
#ifdef NO_INTENT_FIRST
#define FIRST 0
#else
#define FIRST INTENDED
#endif
#ifdef NO_POSTED_FIRST
#define BEFORE_POST INTENDED
#else
#define BEFORE_POST POSTED
#endif
#define ROWS_AGAINST (i > 0 || movedAway)
#ifdef NO_LEASE_READ
#define HIGHER_TERM(k) false
#else
#define HIGHER_TERM(k) (orderTerm[k] < holder)
#endif
#ifdef NO_ORDER_EXPIRY
#define HAS_EXPIRED(k) false
#else
#define HAS_EXPIRED(k) expired[k]
#endif
#ifdef NO_Q_WAIT
#define Q_HAS_PASSED true
#else
#ifdef Q_FROM_START
#define Q_HAS_PASSED (request[s] != ON_ITS_WAY)
#else
#define Q_HAS_PASSED (request[s] == 0)
#endif
#endif
#ifdef FORGET_INTENTS
#define STAYS false
#else
#define STAYS (slot[s] == POSTED && !IS_COVERED(s))
#endif

/* Nobody has to do with the order any more. */
inline tidy(k) {
  if
  :: orderState[k] == ARRIVED && taken[0] != k && taken[1] != k && own[0] != k && own[1] != k ->
     orderTarget[k] = 0; orderTerm[k] = 0; deadRows[k] = 0; expired[k] = 0; refused[k] = 0
#ifdef COVERS
     ; orderLife[k] = 0
#endif
  :: else
  fi
}

inline leave_order() {
  i = taken[s]; taken[s] = NOBODY; newestThen[s] = 0;
  if :: i != NOBODY -> tidy(i) :: else fi;
  i = 0
}

inline clear_intent() { slot[s] = 0; stage[s] = IDLE; leave_order() }

inline refuse() { refused[taken[s]] = 1; printf("slave %d refuses order %d\n", s, taken[s]); clear_intent() }

/* i: open records that the order of slave s does not call dead. */
inline count_against() {
  i = 0; j = 0;
  do
  :: j < rows -> if :: IS_OPEN(j) && !(deadRows[taken[s]] & (1 << j)) -> i++ :: else fi; j++
  :: else -> break
  od;
  j = 0
}

/* i: records to slave s that are newer than its check. */
inline count_own() {
  i = 0; j = newestThen[s];
  do
  :: j < rows -> if :: rowTarget[j] == s -> i++ :: else fi; j++
  :: else -> break
  od;
  j = 0
}

/* A new life of its agent: what was handed over and not sent is gone, and so are orders that have not arrived. */
inline begin_anew() {
  if :: request[s] == HANDED_OVER -> request[s] = 0 :: else fi;
  leave_order();
  j = 0;
  do
  :: j < orders ->
     if :: orderState[j] == SENT && orderTarget[j] == s -> orderState[j] = ARRIVED; tidy(j) :: else fi;
     j++
  :: else -> break
  od;
  j = 0;
  if
  :: STAYS -> stage[s] = INHERITED
  :: else -> stage[s] = IDLE; slot[s] = 0
  fi
#ifdef COVERS
#ifdef ANY_BEATS
  ; continues[s] = 1
#else
  ; continues[s] = !covered[s]
#endif
  ; covered[s] = 0; life[s]++
#endif
}

proctype order(byte k) {
  do
  :: d_step { orderState[k] == SENT && !dead[orderTarget[k]] && stage[orderTarget[k]] == IDLE && !IS_COVERED(orderTarget[k]) ->
       i = orderTarget[k];
       orderState[k] = ARRIVED; taken[i] = k; stage[i] = TAKEN; slot[i] = FIRST;
       printf("slave %d takes order %d\n", i, k);
       i = 0 }
  :: d_step { (own[0] == k || own[1] == k) && !expired[k] -> expired[k] = 1; printf("order %d expires\n", k) }
  od
}

proctype slave(byte s) {
  do
  :: d_step { !dead[s] && stage[s] == TAKEN ->
       count_against();
       if
       :: ROWS_AGAINST -> refuse()
       :: else ->
          newestThen[s] = rows; deadRows[taken[s]] = 0; stage[s] = ROWS_READ;
          printf("slave %d has read the records\n", s)
       fi;
       i = 0 }
  :: d_step { !dead[s] && stage[s] == ROWS_READ ->
       if
       :: HIGHER_TERM(taken[s]) || HAS_EXPIRED(taken[s]) -> refuse()
       :: else -> orderTerm[taken[s]] = 0; stage[s] = LEASE_READ; printf("slave %d has read the lease\n", s)
       fi }
  :: d_step { !dead[s] && stage[s] == LEASE_READ && !IS_COVERED(s) ->
       slot[s] = BEFORE_POST; stage[s] = AWAITING; request[s] = ASKED; printf("slave %d asks nova\n", s) }
  :: d_step { !dead[s] && stage[s] == AWAITING ->
       count_own();
       if :: i > 0 -> clear_intent(); printf("slave %d has seen its record\n", s) :: else fi;
       i = 0 }
  :: d_step { !dead[s] && stage[s] >= AWAITING && Q_HAS_PASSED -> clear_intent(); printf("slave %d has waited\n", s) }
#ifdef COVERS
  :: d_step { covers < COVERS && !covered[s] ->
       covers++; covered[s] = 1; printf("the beats of slave %d are dead, and an old write lands over its slot\n", s) }
  :: d_step { covered[s] && !dead[s] -> covered[s] = 0; printf("the beats of slave %d live\n", s) }
#endif
#if RESTARTS > 0
  :: d_step { !dead[s] && restarts < RESTARTS && stage[s] != IDLE ->
       restarts++; printf("the agent of slave %d starts anew\n", s); begin_anew() }
#endif
#if DEATHS > 0
#ifdef FALSE_PROOF
  :: d_step { deaths < DEATHS -> deaths++; provenDead[s] = 1; printf("host %d is taken for dead\n", s) }
#else
  :: d_step { !dead[s] && deaths < DEATHS ->
       deaths++; dead[s] = 1; stage[s] = IDLE; printf("host %d dies\n", s);
       if :: request[s] == HANDED_OVER -> request[s] = 0 :: else fi;
       leave_order() }
  :: d_step { dead[s] && !provenDead[s] -> provenDead[s] = 1; printf("host %d is proven dead\n", s) }
  :: d_step { dead[s] ->
       dead[s] = 0; boot[s]++; isBack[s] = 1; printf("host %d is back\n", s); begin_anew()
#ifdef COVERS
       ; continues[s] = 0
#endif
     }
#endif
#endif
  od
}
