/**
 * A whole cluster of real cores on virtual time: power, network, storage, nova and agents can be taken away and given
 * back. Simulated throughout: no file, socket, timer or wall clock is touched, and all chance comes from one seed.
 */
import { tickMs } from '../src/core/evidence/observer.ts';
import type { Input, Result } from '../src/core/input.ts';
import { createRandom, type Random } from '../src/core/lib/random.ts';
import { createCore, step } from '../src/core/step.ts';
import type { Timing } from '../src/core/timing/timing.ts';
import { beatLoop, connectBeats, killBeats, newBeats, startBeats } from './beats.ts';
import { carryOut } from './carry-out.ts';
import { VirtualClock } from './clock.ts';
import { CELL, type Cluster, slotsOf } from './cluster.ts';
import { WorldEvents } from './events.ts';
import { Guests } from './guests.ts';
import { bootId, createHost, localMs, settingsOf, type SimHost, timingOf, unsafeTiming } from './host.ts';
import { isRunning, SimNetwork } from './network.ts';
import { SimNova } from './nova/nova.ts';
import { type Answer, OpenRequests } from './open-requests.ts';
import { pauseAgent, resumeAgent } from './pauses.ts';
import { Eavesdropper } from './replays.ts';
import { SimVolume } from './volume.ts';

type Request = Extract<Input, { kind: 'request' }>['request'];

/** Wall-clock time at world time 0, in milliseconds: agents take it for nothing but a high number. */
const UNIX_MS = 1_700_000_000_000;

export class World {
  readonly clock = new VirtualClock();
  readonly events = new WorldEvents();
  readonly guests = new Guests(this.events);
  readonly hosts = new Map<string, SimHost>();
  readonly eavesdropper = new Eavesdropper();
  /** Hosts of a newer Vigil, which writes a format that the others do not understand. */
  readonly newer = new Set<string>();
  /** Hosts whose API takes connections and never answers. */
  readonly wedged = new Set<string>();
  readonly volumes: readonly SimVolume[];
  readonly random: Random;
  readonly network: SimNetwork;
  readonly nova: SimNova;
  readonly timing: Timing;
  readonly cluster: Cluster;
  /** By the host whose name it has; it is none of the hosts. */
  readonly clones = new Map<string, SimHost>();
  readonly hostByIp = new Map<string, SimHost>();
  private readonly requests = new OpenRequests();
  private readonly steps: ((host: SimHost) => void)[] = [];

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.timing = timingOf(cluster);
    const names = cluster.leaseVolumes === 3 ? ['a', 'b', 'c'] : ['a', 'b'];
    this.volumes = names.map(
      (name, n) => new SimVolume(name, n === 0 || names.length === 3, slotsOf(cluster), this.newer),
    );
    this.random = createRandom(cluster.settings.seed * 7_919);
    this.network = new SimNetwork(this.random);
    for (const spec of cluster.hosts) {
      const host = createHost(spec, this.timing);
      this.hosts.set(host.name, host);
      this.hostByIp.set(host.ip, host);
    }
    this.nova = new SimNova(this, cluster);
    for (const host of this.hosts.values()) {
      this.nova.addHost(host.spec, {
        name: host.name,
        isRunning: () => isRunning(host),
        reachesBus: () => this.network.reachesBus(host),
      });
      this.volumes.forEach((volume, index) => beatLoop(this, host, volume, index));
      if (host.compute) this.nova.compute(host.name).start();
    }
    for (const server of cluster.servers) this.nova.addServer(server);
    for (const { name, spec } of this.hosts.values())
      if (cluster.cold || spec.isNew) this.powerOff(name);
      else this.startAgent(name);
  }

  host(name: string): SimHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  byIp(ip: string): SimHost {
    const host = this.hostByIp.get(ip);
    if (host === undefined) throw new Error(`no host at ${ip}`);
    return host;
  }

  volume(name: string): SimVolume {
    const volume = this.volumes.find((one) => one.name === name);
    if (volume === undefined) throw new Error(`no volume ${name}`);
    return volume;
  }

  /** Told after each step of a core. */
  onStep(stepped: (host: SimHost) => void): void {
    this.steps.push(stepped);
  }

  /** What the clock of the host reads now. */
  localMs(host: SimHost): number {
    return localMs(host, this.clock.now);
  }

  run(forMs: number): void {
    this.clock.runUntil(this.clock.now + forMs);
  }

  masters(): readonly SimHost[] {
    return [...this.hosts.values()].filter((host) => host.holdsLease && isRunning(host));
  }

  powerOff(name: string): void {
    const host = this.host(name);
    this.killAgent(name);
    if (host.compute) this.nova.compute(name).died();
    Object.assign(host, { power: false, frozen: false, compute: false });
    for (const volume of this.volumes) volume.drop(name);
    this.guests.powerLost(name);
  }

  /** Boots anew, without nova-compute. */
  powerOn(name: string): void {
    const host = this.host(name);
    const boots = host.boots + 1;
    Object.assign(host, { power: true, boots, boot: bootId(host.number, boots) });
    host.beats = unsafeTiming(host, this.cluster) === null;
    newBeats(this, host);
    this.startAgent(name);
  }

  /** A kernel that hangs; `thaw` has it go on as if nothing had been. */
  freeze(name: string): void {
    const host = this.host(name);
    if (!isRunning(host)) return;
    host.frozen = true;
    this.pauseAgent(name);
  }

  thaw(name: string): void {
    const host = this.host(name);
    if (!host.frozen) return;
    host.frozen = false;
    this.resumeAgent(name);
  }

  startCompute(name: string): void {
    const host = this.host(name);
    // One whose service was deleted finds its record gone, and ends.
    if (!host.power || host.spec.role === 'control' || !this.nova.state.services.has(name)) return;
    host.compute = true;
    this.nova.compute(name).start();
  }

  killCompute(name: string): void {
    const host = this.host(name);
    if (!host.compute) return;
    host.compute = false;
    this.nova.compute(name).died();
  }

  killAgent(name: string): void {
    this.endAgent(this.host(name));
  }

  endAgent(host: SimHost): void {
    Object.assign(host, { agent: false, core: null, paused: null, unsent: [] });
    host.agentLife += 1;
    this.noteLease(host);
  }

  startAgent(name: string): void {
    const host = this.host(name);
    this.wedged.delete(name);
    this.beginAgent(host);
  }

  /** With its configuration as it is by now; one that is unsafe it refuses, and ends. */
  beginAgent(host: SimHost): void {
    if (host.spec.cell !== CELL) return;
    if (unsafeTiming(host, this.cluster) !== null) {
      this.events.emit({ event: 'agent-refused', host: host.name });
      return;
    }
    if (host.beatMs !== host.timing.beatMs) host.timing = timingOf(this.cluster, host.beatMs);
    host.agentLife += 1;
    Object.assign(host, { agent: true, paused: null, agentHeardMs: this.clock.now });
    const life = host.agentLife;
    const volumes = this.volumes.map(({ name: volume, lease }) => ({ name: volume, lease }));
    const settings = settingsOf(host, this.cluster, volumes, UNIX_MS + this.clock.now);
    host.core = createCore(settings, this.localMs(host));
    if (!host.isClone) this.events.emit({ event: 'agent-started', host: host.name });
    host.watching.clear();
    if (host.beats) connectBeats(this, host);
    // Whole milliseconds: what happens has a time that can be written.
    const periodMs = Math.round(tickMs(host.timing) / host.clockRate);
    const tick = (): void => {
      if (host.agentLife !== life || !host.agent) return;
      this.clock.after(periodMs, tick);
      if (host.paused !== null) return;
      host.agentHeardMs = this.clock.now;
      this.deliver(host, life, { kind: 'tick', now: this.localMs(host) });
    };
    this.clock.after((host.number * 37) % periodMs, tick);
  }

  /** SIGSTOP. */
  pauseAgent(name: string): void {
    pauseAgent(this, this.host(name));
  }

  /** SIGCONT: its timer is due, and is taken before what came meanwhile or after that. */
  resumeAgent(name: string, timerFirst = this.random.below(2) === 0): void {
    resumeAgent(this, this.host(name), timerFirst);
  }

  killBeats(name: string, lateWriteMs: number | 'open' | null): void {
    killBeats(this, this.host(name), lateWriteMs);
  }

  startBeats(name: string): void {
    startBeats(this, this.host(name));
  }

  /** As {@link deliver}, at the host's time. */
  feed(host: SimHost, life: number, input: Input): void {
    this.deliver(host, life, { ...input, now: this.localMs(host) });
  }

  deliver(host: SimHost, life: number, input: Input): void {
    if (host.core === null || host.agentLife !== life || !host.power) return;
    if (host.paused !== null) {
      host.paused.push(input);
      return;
    }
    const effects = step(host.core, input);
    this.noteLease(host);
    for (const stepped of this.steps) stepped(host);
    for (const effect of effects) carryOut(this, host, life, effect);
  }

  reply(host: SimHost, life: number, id: number, afterMs: number, result: Result): void {
    this.clock.after(afterMs, () =>
      this.deliver(host, life, { kind: 'result', now: this.localMs(host), id, result }),
    );
  }

  /** Asks an agent through its API; the answer comes through the callback, if ever. */
  ask(name: string, request: Request, done: (answer: Answer) => void): void {
    this.askAgent(this.host(name), request, done);
  }

  askAgent(host: SimHost, request: Request, done: (answer: Answer) => void): void {
    const id = this.requests.open(host, done);
    this.deliver(host, host.agentLife, { kind: 'request', now: this.localMs(host), id, request });
  }

  answered(host: SimHost, id: number, answer: Answer): void {
    this.requests.end(host, id, answer);
  }

  private noteLease(host: SimHost): void {
    const holds = host.core?.lease.phase === 'holding';
    if (holds !== host.holdsLease) this.toldLease(host, holds);
  }

  toldLease(host: SimHost, holds: boolean): void {
    host.holdsLease = holds;
    this.events.emit({ event: 'lease', host: host.name, holds });
  }
}
