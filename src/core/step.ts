/**
 * The core's one entrance: an input in, effects out. Synchronous, without a clock, randomness or I/O of its own; the
 * same function runs in the agent and in the simulator. Read with input.ts, effect.ts and state.ts.
 */
import { onVolumes } from './coordination/on-volumes.ts';
import type { Effect } from './effect.ts';
import { checkLease, elect, giveBack } from './election/elect.ts';
import { watching } from './election/lease.ts';
import { restartClocks } from './evidence/host.ts';
import { newerWord } from './evidence/maintenance.ts';
import { NO_REBOOT, noteOwnSlot, watchOwnReboot } from './evidence/own-reboot.ts';
import { createNovaWitness } from './evidence/nova-witness.ts';
import { forgetVolume, noteEvidence, noteHeartbeat } from './evidence/note.ts';
import { createObserver, noteTick } from './evidence/observer.ts';
import { noteHearsay } from './evidence/term.ts';
import type { Input, Request, RequestId } from './input.ts';
import { createRandom } from './lib/random.ts';
import { createTurns } from './lib/turns.ts';
import { start, type Task } from './lib/task.ts';
import {
  createLink,
  hearMaster,
  missesMasterMs,
  probe,
  probeWhileMissing,
  sendHeartbeat,
} from './link/link.ts';
import { createNamesake, greetNamesake, hearNamesake, reportNamesake } from './link/namesake.ts';
import { masterBeat } from './master/master-beat.ts';
import { readServices, suspect } from './master/suspicion.ts';
import { confirmDead } from './operator/confirm-dead.ts';
import { gate } from './operator/gate.ts';
import { changeMaintenance } from './operator/maintenance.ts';
import { watchOwnIncident } from './operator/own-incident.ts';
import { createPublished, notePublished, publish } from './publish.ts';
import { CHECKS_AT_ONCE } from './recovery/check-ground.ts';
import { createExecutor, dropIntended, executeOrder, inheritIntents } from './recovery/executor.ts';
import { createReportBook } from './reports/book.ts';
import { reportOwnReboot } from './reports/own-reboot.ts';
import { reportOwnVolumes } from './reports/own-volumes.ts';
import { createRequests, expire, resolve } from './requests.ts';
import type { Settings } from './settings.ts';
import { showStatus } from './show-status.ts';
import type { Core } from './state.ts';
import { createVolumes, noteVolumeEvent } from './volumes.ts';
import type { Datagram } from './wire/datagram.ts';
import type { VolumeEvent } from './wire/observations.ts';
import { NO_MAINTENANCE, type DeclaredMaintenance, type Leaving } from './wire/records.ts';

export function createCore(settings: Settings, now: number): Core {
  const random = createRandom(settings.seed);
  const volumes = createVolumes(settings);
  return {
    settings,
    now,
    random,
    outbox: [],
    requests: createRequests(),
    observer: createObserver(),
    volumes,
    leaseVolumes: [...volumes.values()].filter(({ lease }) => lease),
    hosts: new Map(),
    nova: createNovaWitness(),
    link: createLink(),
    namesake: createNamesake(),
    executor: createExecutor(),
    formerAgents: new Map(),
    checks: createTurns(CHECKS_AT_ONCE),
    coordination: onVolumes,
    reports: createReportBook(),
    termSeen: 0,
    lease: watching(now),
    master: null,
    madeWay: null,
    leftToSeeingMs: null,
    leaving: null,
    maintenance: NO_MAINTENANCE,
    maintenanceUnwritten: false,
    ownIncident: 'unread',
    ownReboot: NO_REBOOT,
    lastBeatMs: null,
    published: createPublished(settings.startedUnixMs),
    stoppedSent: false,
  };
}

const NOTHING: readonly Effect[] = [];

export function step(core: Core, input: Input): readonly Effect[] {
  core.now = Math.max(core.now, input.now);
  // After a pause anything may come before the next tick; nothing is done on a lease that has run out meanwhile.
  checkLease(core);
  // Nor on an answer that comes after its deadline: what it licensed may not hold any more.
  expire(core);
  switch (input.kind) {
    case 'tick':
      tick(core);
      break;
    case 'datagram':
      takeDatagram(core, input.datagram, input.fromIp);
      break;
    case 'volume':
      takeVolumeEvent(core, input.event);
      break;
    case 'result':
      resolve(core, input.id, input.result);
      break;
    case 'request':
      takeRequest(core, input.id, input.request);
      break;
    case 'stop':
      start(stop(core, input.leaving), () => true);
      break;
  }
  return core.outbox.length === 0 ? NOTHING : core.outbox.splice(0);
}

function tick(core: Core): void {
  const { timing } = core.settings;
  const beforeMs = core.observer.lastTickMs ?? core.now;
  if (noteTick(core.observer, timing, core.now)) {
    // Whoever was late himself does not accuse others of the time he missed.
    for (const evidence of core.hosts.values()) restartClocks(evidence, timing, beforeMs, core.now);
    core.outbox.push({ do: 'journal', event: 'stalled', data: { stalls: core.observer.stalls.length } });
  }
  expire(core);
  if (core.master?.adopted === true) suspect(core, core.master);
  if (core.lastBeatMs !== null && core.now - core.lastBeatMs < timing.beatMs) return;
  // Beats keep their rhythm, but missed ones are not made up for in a burst.
  core.lastBeatMs =
    core.lastBeatMs === null || core.now - core.lastBeatMs >= 2 * timing.beatMs
      ? core.now
      : core.lastBeatMs + timing.beatMs;
  beat(core);
}

function beat(core: Core): void {
  if (core.stoppedSent) return;
  sendHeartbeat(core);
  greetNamesake(core);
  elect(core);
  probeWhileMissing(core);
  if (core.settings.eligible && missesMasterMs(core) >= core.settings.timing.suspectMs)
    readServices(core, core.settings.timing.beatMs);
  if (core.master !== null) masterBeat(core, core.master);
  reportOwnVolumes(core);
  reportNamesake(core);
  watchOwnIncident(core);
  watchOwnReboot(core);
  reportOwnReboot(core);
  publish(core);
}

function takeDatagram(core: Core, datagram: Datagram, fromIp: string): void {
  if (datagram.kind !== 'heartbeat') {
    hearMaster(core, datagram);
    return;
  }
  const { master, settings } = core;
  if (datagram.host === settings.host) {
    hearNamesake(core, datagram);
    return;
  }
  if (master === null) return;
  const noted = noteHeartbeat(core, datagram);
  if (noted === null || noted.heard === 'replay') {
    core.outbox.push({ do: 'journal', event: 'replayed', data: { host: datagram.host, fromIp } });
    return;
  }
  noteHearsay(core, datagram.term);
  core.link.counter += 1;
  core.outbox.push({
    do: 'send',
    to: datagram.body.address,
    host: datagram.host,
    datagram: {
      kind: 'echo',
      cluster: settings.clusterHash,
      host: settings.host,
      boot: settings.boot,
      agent: settings.agent,
      counter: core.link.counter,
      term: master.term,
      nonce: noted.nonce,
      echoedCounter: datagram.counter,
      leaving: false,
      body: { address: settings.address },
    },
  });
}

function takeVolumeEvent(core: Core, event: VolumeEvent): void {
  const volume = core.volumes.get(event.volume);
  if (volume === undefined) return;
  const formerUuid = volume.uuid;
  const read = noteVolumeEvent(volume, event, core.leaseVolumes.length, core.settings);
  if (formerUuid !== null && volume.uuid !== formerUuid) {
    forgetVolume(core, formerUuid);
    core.formerAgents.delete(formerUuid);
  }
  if (event.kind === 'connected') {
    notePublished(core.published, volume.name, event.ownBody?.body.sequence ?? null);
    // Whatever the volume is used for, what stands in the own slot was this host's.
    if (event.ownBody !== null) {
      inheritIntents(core, event.ownBody.body);
      core.coordination.intents.noteFormerAgent(core, event.uuid, event.ownBody);
      core.maintenance = newerWord(core.maintenance, event.ownBody.body.maintenance);
      noteHearsay(core, event.ownBody.body.termSeen);
      noteOwnSlot(core, event.ownBody.body, event.ownBody.boot);
    }
  }
  if (read !== null) noteEvidence(core, volume, read.slots, read);
}

function takeRequest(core: Core, id: RequestId, request: Request): void {
  switch (request.ask) {
    case 'restart':
      executeOrder(core, id, request.order);
      return;
    case 'probe':
      start(answerProbe(core, id, request.target), () => true);
      return;
    case 'confirm-dead':
      core.outbox.push({
        do: 'answer',
        id,
        answer: { to: 'confirm-dead', ...confirmDead(core, request.host, request.by) },
      });
      return;
    case 'maintenance':
      start(answerMaintenance(core, id, request.declared), () => true);
      return;
    case 'status':
      core.outbox.push({ do: 'answer', id, answer: { to: 'status', status: showStatus(core) } });
      return;
    case 'gate':
      start(answerGate(core, id), () => true);
      return;
  }
}

function* answerGate(core: Core, id: RequestId): Task<void> {
  core.outbox.push({ do: 'answer', id, answer: { to: 'gate', ...(yield* gate(core)) } });
}

function* answerMaintenance(core: Core, id: RequestId, declared: DeclaredMaintenance | null): Task<void> {
  const changed = yield* changeMaintenance(core, declared);
  core.outbox.push({ do: 'answer', id, answer: { to: 'maintenance', ...changed } });
}

function* answerProbe(core: Core, id: RequestId, target: Parameters<typeof probe>[1]): Task<void> {
  const answer = yield* probe(core, target);
  core.outbox.push({ do: 'answer', id, answer: { to: 'probe', answer } });
}

/** Says that it leaves, on every path, and gives the lease back; the beats go on and keep the slot. */
function* stop(core: Core, leaving: Leaving): Task<void> {
  core.leaving = leaving;
  dropIntended(core.executor);
  sendHeartbeat(core);
  yield* core.coordination.intents.write(core);
  yield* giveBack(core, `the agent stops: ${leaving.why}`, core.settings.timing.leaseMs);
  core.stoppedSent = true;
  core.outbox.push({ do: 'stopped' });
}
