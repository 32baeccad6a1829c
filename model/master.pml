/* The master and its successor: which order they give, when one is over. src/core/recovery/plan.ts, still-open.ts. */

/* Acts: holds the lease and has read all slots since. */
bit acts[2];
/* The last look at the slots: intents of which something may still come; own order found over in it. */
bit intentSeen[4], foundOver[2];
/* The last look at nova's records: how many, whether any keeps the VM from being ordered, which are dead. */
bit looked[2], rowsBlock[2];
byte rowsSeen[2], rowsDead[2];
/* Records there were when the own order was given. */
byte newestGiven[2];

#ifdef NO_INTENT_READ
#define HAS_INTENT(x) false
#else
#define HAS_INTENT(x) (slot[x] != 0 && !IS_COVERED(x))
#endif
#ifdef NO_Q_DEAD
#define INTENT_IS_DEAD(x) provenDead[x]
#else
#define INTENT_IS_DEAD(x) (provenDead[x] && request[x] != ON_ITS_WAY)
#endif
#ifdef UNCLAIMED_IS_DEAD
#define ROW_IS_DEAD(r) provenDead[rowTarget[r]]
#else
#define ROW_IS_DEAD(r) (rowState[r] == RUNNING && (provenDead[rowTarget[r]] || rowBoot[r] != boot[rowTarget[r]]))
#endif

/*
 * Does the slot of x tell of what the agent in this life of it may have asked for? If one lives there that does not speak
 * for it, has Q passed?
 */
#ifdef ANY_SLOT
#define SHOWS(x) true
#else
#define SHOWS(x) (!IS_COVERED(x))
#endif
#ifdef ANY_AGENT
#define TELLS(x, of) SHOWS(x)
#else
#define TELLS(x, of) (SHOWS(x) && (SPEAKS_FOR(x, of) || request[x] != ON_ITS_WAY))
#endif
#ifdef COVERS
/* Of the former master's orders that are not over: the life of the agent that was ordered, and one. */
byte ordered[2];
#define IS_UNTOLD(x) (m == 1 && ordered[x] != 0 && !INTENT_IS_DEAD(x) && !TELLS(x, ordered[x] - 1))
#else
#define IS_UNTOLD(x) false
#endif

inline forget_rows() { looked[m] = 0; rowsSeen[m] = 0; rowsBlock[m] = 0; rowsDead[m] = 0 }

inline disown() {
  i = own[m]; own[m] = NOBODY; foundOver[m] = 0; newestGiven[m] = 0;
  if :: i != NOBODY -> tidy(i) :: else fi;
  i = 0
}

inline read_slot(x) {
  if :: isBack[x] -> isBack[x] = 0; provenDead[x] = 0; printf("host %d is seen back\n", x) :: else fi;
  intentSeen[m * 2 + x] = ((HAS_INTENT(x) && !INTENT_IS_DEAD(x)) || IS_UNTOLD(x));
  if
  :: own[m] != NOBODY && orderTarget[own[m]] == x && expired[own[m]] && !intentSeen[m * 2 + x] &&
     (TELLS(x, ORDER_LIFE(own[m])) || INTENT_IS_DEAD(x)) -> foundOver[m] = 1
  :: else
  fi
}

/* Intents first, then records: of a request that is carried out in between one of the two is seen. */
inline read_slots() {
  read_slot(0); read_slot(1);
#ifndef ROWS_FIRST
  forget_rows();
#endif
  printf("master %d reads the slots: intents %d %d\n", m, intentSeen[m * 2], intentSeen[m * 2 + 1])
}

inline read_rows() {
  forget_rows();
  looked[m] = 1; rowsSeen[m] = rows; rowsBlock[m] = movedAway;
  j = 0;
  do
  :: j < rows ->
     if
     :: IS_OPEN(j) && ROW_IS_DEAD(j) -> rowsDead[m] = rowsDead[m] | (1 << j)
     :: IS_OPEN(j) && !ROW_IS_DEAD(j) -> rowsBlock[m] = 1
     :: else
     fi;
     j++
  :: else -> break
  od;
  j = 0;
  printf("master %d reads %d records\n", m, rows)
}

/* Its record is there, it was refused, or it is too old to be begun and nothing of it is under way. */
#define IS_OVER (rowsSeen[m] > newestGiven[m] || refused[own[m]] || foundOver[m])

inline retire() {
#ifndef TWO_MASTERS
  acts[0] = 0; intentSeen[0] = 0; intentSeen[1] = 0;
  m = 0; forget_rows(); disown(); m = 1;
#endif
  skip
}

proctype master(byte m) {
  do
  :: d_step { acts[m] -> read_rows() }
  :: d_step { acts[m] -> read_slots() }
  :: d_step { acts[m] && looked[m] && own[m] != NOBODY && IS_OVER ->
       printf("master %d: order %d is over\n", m, own[m]);
#ifdef COVERS
       if :: m == 0 -> ordered[orderTarget[own[m]]] = 0 :: else fi;
#endif
       disown() }
  :: d_step { m == 1 && holder == 1 -> holder = 2; printf("master 1 has claimed the lease\n"); retire() }
  :: d_step { m == 1 && holder == 2 && !acts[1] -> acts[1] = 1; read_slots() }
  od
}

/* Orders slave t to restart the VM. The first order goes to slave 0: the two are alike. */
proctype planner(byte m, t) {
  do
  :: d_step {
       acts[m] && looked[m] && !rowsBlock[m] && own[m] == NOBODY && !intentSeen[m * 2] && !intentSeen[m * 2 + 1] &&
       !provenDead[t] && orders < ORDERS && (orders > 0 || t == 0) ->
       printf("master %d gives order %d to slave %d\n", m, orders, t);
       orderState[orders] = SENT; orderTarget[orders] = t; orderTerm[orders] = m + 1; deadRows[orders] = rowsDead[m];
       own[m] = orders; newestGiven[m] = rowsSeen[m];
#ifdef COVERS
       orderLife[orders] = life[t];
       if :: m == 0 -> ordered[t] = life[t] + 1 :: else fi;
#endif
       orders++;
       forget_rows() }
  od
}
