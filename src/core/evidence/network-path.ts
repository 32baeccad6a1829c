/**
 * The management network as a path to one host, as the master hears it.
 *
 * A datagram is life only if it answers a challenge this master issued to this life of that agent, and its counter
 * has advanced: a recorded datagram of a dead host proves nothing, not even to a master that has just started.
 */
import type { Random } from '../lib/random.ts';
import type { AgentIncarnation, BootId } from '../wire/records.ts';
import type { PathState } from './volume-path.ts';

export interface NetworkPath {
  /** The agents that spoke last, authentic but not challenged, newest first; at most two. */
  speakers: readonly { readonly agent: AgentIncarnation; readonly counter: number }[];
  /** When the older of them last spoke anew after the newer one. */
  returnedMs: number | null;
  /** Life was last heard then. */
  heardMs: number | null;
  /** The first life of the current series without a gap. */
  sinceMs: number | null;
  /** The clock of silence starts here when nothing was heard yet. */
  askedMs: number | null;
  boot: BootId | null;
  agent: AgentIncarnation | null;
  counter: number;
  /** The nonce the host must show, 16 hex digits. */
  nonce: string;
  challenged: { readonly agent: AgentIncarnation; readonly boot: BootId; readonly nonce: string } | null;
}

/** Shown by a host that was issued none; never issued. */
export const NO_NONCE = '0000000000000000';

function drawNonce(random: Random): string {
  const word = (): string => random.uint32().toString(16).padStart(8, '0');
  const nonce = word() + word();
  return nonce === NO_NONCE ? drawNonce(random) : nonce;
}

export function createNetworkPath(): NetworkPath {
  return {
    speakers: [],
    returnedMs: null,
    heardMs: null,
    sinceMs: null,
    askedMs: null,
    boot: null,
    agent: null,
    counter: 0,
    nonce: NO_NONCE,
    challenged: null,
  };
}

export type Heard = 'life' | 'challenge' | 'replay';

/** Judges an authentic heartbeat and updates the path. */
export function hear(
  path: NetworkPath,
  beat: {
    readonly boot: BootId;
    readonly agent: AgentIncarnation;
    readonly counter: number;
    readonly nonce: string;
  },
  random: Random,
  now: number,
): Heard {
  noteSpeaker(path, beat, now);
  if (
    beat.nonce !== NO_NONCE &&
    path.agent === beat.agent &&
    path.boot === beat.boot &&
    beat.nonce === path.nonce
  ) {
    if (beat.counter <= path.counter) return 'replay';
    path.counter = beat.counter;
    path.heardMs = now;
    return 'life';
  }
  const { challenged } = path;
  if (
    challenged !== null &&
    challenged.agent === beat.agent &&
    challenged.boot === beat.boot &&
    challenged.nonce === beat.nonce
  ) {
    path.agent = beat.agent;
    path.boot = beat.boot;
    path.nonce = challenged.nonce;
    path.counter = beat.counter;
    path.challenged = null;
    path.heardMs = now;
    return 'life';
  }
  if (challenged === null || challenged.agent !== beat.agent || challenged.boot !== beat.boot) {
    path.challenged = { agent: beat.agent, boot: beat.boot, nonce: drawNonce(random) };
  }
  return 'challenge';
}

/** An agent that is restarted is a new one: one that goes on counting after its successor has spoken was never gone. */
function noteSpeaker(
  path: NetworkPath,
  { agent, counter }: { readonly agent: AgentIncarnation; readonly counter: number },
  now: number,
): void {
  const [newest, older] = path.speakers;
  const said = { agent, counter };
  if (newest === undefined || newest.agent === agent) {
    path.speakers = [said, ...(older === undefined ? [] : [older])];
    return;
  }
  if (older?.agent === agent) {
    // A recorded datagram does not count on.
    if (counter <= older.counter) return;
    path.returnedMs = now;
  }
  path.speakers = [said, newest];
}

/** So that it holds steadily, and ends soon after one of them has. */
const IN_TURN_MS = 60_000;

/** Do two agents speak in the name of this host? */
export function speaksInTurn({ returnedMs }: NetworkPath, now: number): boolean {
  return returnedMs !== null && now - returnedMs < IN_TURN_MS;
}

/** The nonce to put into an echo: the challenge while one is open. */
export function nonceFor(path: NetworkPath): string {
  return path.challenged?.nonce ?? path.nonce;
}

export function networkState(path: NetworkPath, lostMs: number, now: number): PathState {
  const since = path.heardMs ?? path.askedMs;
  if (since === null) return 'unseen';
  if (now - since >= lostMs) return 'lost';
  return path.heardMs === null ? 'unseen' : 'fresh';
}

/** What was fresh stays so from now; what was silent is not life, but may have spoken unheard. */
export function restartNetworkClock(path: NetworkPath, wasFresh: boolean, now: number): void {
  if (path.heardMs === null && path.askedMs === null) return;
  path.heardMs = wasFresh ? now : null;
  path.askedMs = now;
}

/** What was heard in a former mastership tells nothing about now: everybody is asked anew. */
export function forgetNetwork(path: NetworkPath): void {
  path.heardMs = null;
  path.askedMs = null;
}
