/*
 * The intent protocol: one VM of a failed host, two slaves that may take it, a master and its successor. Proven: nova
 * never has two evacuations of the VM open that may both end in a copy of it. An open record of which the target has
 * died since it claimed it is none: nothing comes of it any more. `docs/protocol.md` says which variant shows what.
 *
 * There is no clock: every step may take any time, so everybody may pause anywhere, and answers may be lost. What is a
 * bound in the code is an event here. An order expires at any time, and whoever reads the master's seat afterwards sees
 * that. A request is carried out at any time, once or never, and Q has passed when it is not on its way any more: that
 * is what Q is chosen for. A host proven dead is dead (but see FALSE_PROOF); it may come back, and nova-compute there
 * waits until a master has seen that.
 *
 * What is written to a majority is found on any other majority, so seat and slot are one place each here, and what is
 * written stands there at once: as long as a slave waits for its write it does nothing else. COVERS: the beats of a
 * slave may die, and an older write land over its slot, until its beats live again or its agent has begun anew with
 * that. The former master gives no orders once its successor has claimed, as lease.pml proves; those on their way still
 * arrive. TWO_MASTERS: it does.
 *
 * Left out: incident records (what they forbid is forbidden by the lease, too), the victim's life, other VMs, live
 * migrations, more than ORDERS orders, refusals of a slave for any other reason than those here (they only end things
 * sooner), and waiting between two tries.
 */
#ifndef ORDERS
#define ORDERS 3
#endif
#define ROWS 3
/* Of hosts, and of agents. */
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef RESTARTS
#define RESTARTS 0
#endif
#define NOBODY 7

/* Scratch, no part of the state. */
hidden byte i, j;

/* The term on the master's seat. */
byte holder = 1;

#include "nova.pml"
#include "slave.pml"
#include "master.pml"

init {
  atomic {
    acts[0] = 1;
    own[0] = NOBODY; own[1] = NOBODY; taken[0] = NOBODY; taken[1] = NOBODY;
    run nova(0); run nova(1); run compute(0); run compute(1); run compute(2);
    run order(0); run order(1);
#if ORDERS > 2
    run order(2);
#endif
    run slave(0); run slave(1);
    run master(0); run master(1);
    run planner(0, 0); run planner(0, 1); run planner(1, 0); run planner(1, 1)
  }
}
