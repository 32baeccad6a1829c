/** A master's round, once a beat: look at itself, call the silent, judge, report. */
import { networkOf } from '../evidence/host.ts';
import { isCatchingUp, isUnfit } from '../evidence/observer.ts';
import { start } from '../lib/task.ts';
import { giveBack, LAST_RESORT_MS } from '../election/elect.ts';
import { reportDamagedSlots } from '../reports/damaged-slots.ts';
import { reportImpossibleTerms } from '../reports/impossible-terms.ts';
import { beginSuspectingMyself, endSuspectingMyself } from '../reports/suspecting-myself.ts';
import type { Core } from '../state.ts';
import { isReadable } from '../volumes.ts';
import { nonceFor } from '../evidence/network-path.ts';
import { leaveToSeeing } from './half-blind.ts';
import { judgeHosts } from './judge.ts';
import { noteAllLifeSigns } from './life-signs.ts';
import { blindFor } from './blind.ts';
import type { Mastership } from './mastership.ts';
import { makeWay } from './stand-in.ts';
import { endReportsOfFreed } from './take-over.ts';

export function masterBeat(core: Core, master: Mastership): void {
  if (!master.adopted) return;
  endReportsOfFreed(core, master);
  announce(core);
  reportDamagedSlots(core);
  reportImpossibleTerms(core);
  showBlindness(core, master);
  if (makeWay(core, master) || leaveToSeeing(core, master)) return;
  if (lookAtMyself(core, master)) judgeHosts(core, master);
  else noteAllLifeSigns(core, master);
}

/** For `vigil status`: each VM that waits for it says so, too. */
function showBlindness(core: Core, master: Mastership): void {
  const words = blindFor(core, master);
  if (words === null) master.holds.delete('blind');
  else master.holds.set('blind', words);
}

/** Calls every host that is not heard: it may not know yet who is master. */
function announce(core: Core): void {
  const { settings } = core;
  for (const evidence of core.hosts.values()) {
    if (networkOf(evidence, settings.timing, core.now) === 'fresh') continue;
    evidence.network.askedMs ??= core.now;
    // Where its agent is reached it says in its slot; a host that has booted and not spoken yet has not.
    if (evidence.said === null) continue;
    core.link.counter += 1;
    core.outbox.push({
      do: 'send',
      to: evidence.said.address,
      host: evidence.host,
      datagram: {
        kind: 'announce',
        cluster: settings.clusterHash,
        host: settings.host,
        boot: settings.boot,
        agent: settings.agent,
        counter: core.link.counter,
        term: core.termSeen,
        nonce: nonceFor(evidence.network),
        echoedCounter: 0,
        leaving: false,
        body: { address: settings.address },
      },
    });
  }
}

/** May this master judge others? Row 1: whoever hears nobody suspects himself. */
function lookAtMyself(core: Core, master: Mastership): boolean {
  const { timing } = core.settings;
  if (isUnfit(core.observer, timing, core.now)) {
    start(
      giveBack(core, 'this agent was late three times within a minute', timing.stallWindowMs),
      () => true,
    );
    return false;
  }
  const reasons = [deaf(core), blind(core)].filter((reason) => reason !== null);
  if (reasons.length === 0) {
    master.holds.delete('suspecting-myself');
    master.fitter = null;
    endSuspectingMyself(core, 'the master hears others again');
    return true;
  }
  const words = reasons.join('; ');
  master.holds.set('suspecting-myself', words);
  if (isCatchingUp(core.observer, timing, core.now)) return false;
  beginSuspectingMyself(core, words);
  leaveToFitter(core, master, words);
  return false;
}

/** Only if it stays better placed: one that has just come up is heard itself within that time, if anybody can be. */
function leaveToFitter(core: Core, master: Mastership, words: string): void {
  const { timing } = core.settings;
  const fitter = [...core.hosts.values()].find(
    ({ said, volumes }) =>
      // A view that still names a master is older than the trouble.
      said !== null &&
      said.eligible &&
      said.fit &&
      said.view.master === null &&
      [...volumes.values()].some((path) => core.now - path.advancedMs <= 3 * timing.beatMs),
  );
  if (fitter === undefined || master.fitter?.host !== fitter.host) {
    master.fitter = fitter === undefined ? null : { host: fitter.host, sinceMs: core.now };
    return;
  }
  if (core.now - master.fitter.sinceMs < timing.networkLostMs) return;
  const waitMs = 3 * timing.leaseMs + (master.incidents.has(fitter.host) ? LAST_RESORT_MS : 0);
  start(giveBack(core, `${words}; ${fitter.host} is better placed`, waitMs), () => true);
}

function deaf(core: Core): string | null {
  const { timing } = core.settings;
  if (core.hosts.size === 0) return null;
  for (const evidence of core.hosts.values())
    if (networkOf(evidence, timing, core.now) !== 'lost') return null;
  if (core.link.isolation.some(({ answered }) => answered)) return null;
  return 'it hears no host and no isolation address';
}

function blind(core: Core): string | null {
  const { beatMs } = core.settings.timing;
  const readable = [...core.volumes.values()].some((volume) => isReadable(volume, beatMs, core.now));
  return readable ? null : 'it can read none of its volumes';
}
