/** What is wrong with nova at the moment. */
import type { CloudCall } from '../../src/core/recovery/cloud.ts';

export class NovaFaults {
  /** Its API takes connections. */
  up = true;
  /** Requests are taken, and neither carried out nor answered. */
  hangs = false;
  /** Requests that change something are carried out, and not answered. */
  swallows = false;
  /** … and answered with an error of the server, as by a proxy that has given up. */
  errs = false;
  /** Requests are carried out up to so much later, and their answers come late, too. */
  lateMsMax = 0;
  /** Each request takes so much longer. */
  slowMs = 0;
  /** By call: its requests take so much longer. */
  readonly slowCalls = new Map<CloudCall['call'], number>();
  /** By call: its requests are on their way for so long, unless they are let go before. */
  readonly holds = new Map<CloudCall['call'], number>();
  readonly refuses = new Set<CloudCall['call']>();
  /** VMs that no nova-compute can build anew. */
  readonly buildFails = new Set<string>();
  /** Hosts on which a claim fails: the room that placement sees is not there. */
  readonly claimFails = new Set<string>();
  /** Hosts whose hypervisor does nothing of what it is asked to, and answers nothing, for now. */
  readonly hypervisorHangs = new Set<string>();
  /** VMs that do not start where they are. */
  readonly startFails = new Set<string>();

  answerAgain(): void {
    Object.assign(this, { hangs: false, swallows: false, errs: false, lateMsMax: 0, slowMs: 0 });
    this.refuses.clear();
    this.slowCalls.clear();
    this.holds.clear();
  }
}
