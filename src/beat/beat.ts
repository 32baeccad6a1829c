/**
 * The beat: writes this host's slot on one volume each `beatMs`, reads what its agent wants to know, and says for how
 * long the agent has been silent. It decides nothing. Its I/O is synchronous and may hang with the storage; that is
 * why it is a process of its own.
 *
 *   open ──▶ take slot (and seat) ──▶ beat, beat, beat … ──▶ slot freed or volume replaced: from the start
 *    ▲ └─ missing, or I/O error: again, later  └─ I/O error: reported, reopened later, beats go on
 */
import { type AgentServer, agentServer } from './agent-server.ts';
import { beatLoop } from './beat-loop.ts';
import {
  type BeatExit,
  type BeatOptions,
  EXIT_STOPPED,
  EXIT_UNUSABLE,
  REOPEN_BACKOFF_MS_MAX,
} from './beat-options.ts';
import { sleep } from './clock.ts';
import { tellNothingRead } from './nothing-read.ts';
import { requestQueue } from './request-queue.ts';
import { type Station, carryOut } from './requests.ts';
import { takeStation } from './take-station.ts';
import { directMemory } from './volume-file.ts';

export async function runBeat(options: BeatOptions): Promise<BeatExit> {
  const { stop, log } = options;
  if (!/^[0-9a-f]{32}$/.test(options.bootId)) {
    return { code: EXIT_UNUSABLE, detail: 'the boot id must be 32 hex digits' };
  }
  const memory = directMemory();
  let station: Station | null = null;
  const requests = requestQueue();
  const server = agentServer(options.socketPath, {
    onHello: () => welcome(server, station),
    onRequest(connection, request) {
      const { id } = request;
      const askedOf = station;
      requests.add(request.kind, () => {
        const served = server.connection();
        // Another agent has been told since what the places of this host hold.
        if (served !== null && served !== connection) return;
        const answer =
          station === null || station !== askedOf
            ? ({ kind: 'failed', id, code: 'io', detail: 'the volume is not open' } as const)
            : carryOut(station, connection, request, server.agentSilentMs());
        if (connection.send(answer)) return;
        connection.memory.forget();
        connection.send({ kind: 'failed', id, code: 'does-not-fit', detail: 'the answer is over the limit' });
      });
    },
    onWho: () => ({ kind: 'is', boot: options.bootId, incarnation: station?.incarnation ?? null }),
    onMalformed: (detail) => log({ level: 'warning', event: 'malformed-frame', detail }),
  });

  try {
    let backoffMs = options.beatMs;
    /** What was said last of a volume that cannot be used. */
    let said: string | null = null;
    while (!stop.aborted) {
      const taken = await takeStation(options, memory);
      if (taken.state === 'exit') return taken.exit;
      if (taken.state === 'stopped') break;
      // Not before: while another beat of this host lives, the socket is its own.
      const deaf = await server.listen();
      if (deaf !== null) return { code: EXIT_UNUSABLE, detail: deaf };
      if (taken.state === 'failed') {
        const { error } = taken;
        // A volume may be missing for hours, as at a boot without its storage: said once, not with each attempt.
        if (error.detail !== said)
          log({ level: 'warning', event: 'waiting-for-volume', detail: error.detail });
        said = error.detail;
        tellNothingRead(server, 0, error);
        await sleep(backoffMs, stop);
        backoffMs = Math.min(backoffMs * 2, REOPEN_BACKOFF_MS_MAX);
        continue;
      }
      backoffMs = options.beatMs;
      said = null;
      ({ station } = taken);
      welcome(server, station);
      logPlaces(options, station);
      const ended = await beatLoop({ options, station, server, requests, memory });
      station = null;
      log({ level: 'info', event: 'beating-ended', detail: ended });
    }
    return { code: EXIT_STOPPED, detail: 'stopped' };
  } finally {
    server.close();
  }
}

function logPlaces({ log, volumeName }: BeatOptions, { slot, seatIndex, foreign }: Station): void {
  if (foreign !== null) return log({ level: 'error', event: 'foreign-writer', detail: foreign.detail });
  const places = `${volumeName}: slot ${slot?.place().index ?? 'none'}, seat ${seatIndex ?? 'none'}`;
  if (slot !== null) log({ level: 'info', event: 'beating', detail: places });
  else log({ level: 'error', event: 'volume-full', detail: `${places}; this host is unprotected on it` });
}

function welcome(server: AgentServer, station: Station | null): void {
  if (station === null) return;
  const payload = station.slot?.payload() ?? null;
  server.connection()?.send({
    kind: 'welcome',
    superblock: station.volume.superblock,
    slotIndex: station.slot?.place().index ?? null,
    seatIndex: station.seatIndex,
    incarnation: station.incarnation,
    boot: station.boot,
    payload: payload === null || payload.length === 0 ? null : Buffer.from(payload).toString('base64'),
    given: station.slot?.isGiven() ?? false,
  });
  if (station.foreign !== null) {
    server.connection()?.send({ kind: 'stopped', reason: 'foreign-writer', ...station.foreign });
  }
}
