/**
 * A small cluster of real cores on virtual time, for tests of the protocol as a whole: power, network, storage and
 * agents can be taken away and given back. Simulated throughout: no file, socket or timer is touched.
 */
import type { Effect } from '../../src/core/effect.ts';
import type { Input, Result } from '../../src/core/input.ts';
import type { Report } from '../../src/core/reports/report.ts';
import { tickMs } from '../../src/core/evidence/observer.ts';
import { createRandom } from '../../src/core/lib/random.ts';
import type { Migration } from '../../src/core/recovery/cloud.ts';
import { createCore, step } from '../../src/core/step.ts';
import { deriveTiming } from '../../src/core/timing/timing.ts';
import type { Proof } from '../../src/core/wire/records.ts';
import { beatLoop, connectBeats, killBeats, newBeats, startBeats } from './beats.ts';
import { carryOut } from './carry-out.ts';
import { VirtualClock } from './clock.ts';
import { createHost, numberOf, settingsOf, type WorldHost } from './host.ts';
import { WorldNetwork } from './network.ts';
import { REPORT_MS, WorldNova } from './nova.ts';
import { WorldVolume } from './volume.ts';

export interface WorldOptions {
  readonly hosts: number;
  readonly proofs?: readonly Proof[];
  readonly seed?: number;
  readonly isolationAddresses?: readonly string[];
  /** All, if not told. */
  readonly eligible?: readonly string[];
  /** 1: volume b carries heartbeats only. */
  readonly leaseVolumes?: 1 | 3;
}

type Answer = Extract<Effect, { do: 'answer' }>['answer'];

export class World {
  readonly clock = new VirtualClock();
  readonly hosts = new Map<string, WorldHost>();
  /** Hosts whose API takes connections and never answers. */
  readonly wedged = new Set<string>();
  readonly volumes: readonly WorldVolume[];
  readonly random;
  readonly network: WorldNetwork;
  readonly nova: WorldNova;
  readonly reports: { readonly atMs: number; readonly by: string; readonly report: Report }[] = [];
  readonly journal: {
    readonly atMs: number;
    readonly by: string;
    readonly event: string;
    readonly data: Readonly<Record<string, unknown>>;
  }[] = [];
  readonly timing = deriveTiming(1_000, REPORT_MS, 120_000);
  /** Where each guest runs now: a fact of the world. */
  readonly running = new Map<string, Set<string>>();
  readonly twice: string[] = [];
  readonly answers = new Map<string, (answer: Answer) => void>();
  /** Told after each step of a core, and of each evacuation nova accepts. */
  readonly watchers: { stepped: (host: WorldHost) => void; accepted: (row: Migration) => void } = {
    stepped: () => {},
    accepted: () => {},
  };

  readonly options: WorldOptions;
  private requests = 0;

  constructor(options: WorldOptions) {
    this.options = options;
    const names = options.leaseVolumes === 3 ? ['a', 'b', 'c'] : ['a', 'b'];
    this.volumes = names.map(
      (name, n) => new WorldVolume(name, `uuid-${name}`, n === 0 || names.length === 3),
    );
    this.random = createRandom((options.seed ?? 1) * 7_919);
    this.network = new WorldNetwork(this.random);
    const alive = (name: string): boolean => this.host(name).power && this.host(name).compute;
    this.nova = new WorldNova(this.clock, {
      alive,
      life: (name) => `${this.host(name).boot} ${alive(name)}`,
      reports: (name) => alive(name) && this.network.reachesNova(this.host(name)),
      startGuest: (vm, host) => this.startGuest(vm, host),
      stopGuest: (vm, host) => this.running.get(vm)?.delete(host),
      runs: (vm, host) => this.runsOn(vm, host),
      accepted: (row) => this.watchers.accepted(row),
    });
    for (let n = 1; n <= options.hosts; n += 1) {
      const host = createHost(`h${n}`);
      this.hosts.set(host.name, host);
      this.nova.addHost(host.name);
    }
    for (const host of this.hosts.values()) {
      for (const volume of this.volumes) beatLoop(this, host, volume);
      this.startAgent(host.name);
    }
  }

  host(name: string): WorldHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  run(forMs: number): void {
    this.clock.runUntil(this.clock.now + forMs);
  }

  /** Runs until the condition holds; fails loudly when it does not within the bound. */
  until(what: string, condition: () => boolean, withinMs: number): number {
    const end = this.clock.now + withinMs;
    while (!condition()) {
      if (this.clock.now >= end) throw new Error(`not within ${withinMs} ms: ${what}`);
      this.run(100);
    }
    return this.clock.now;
  }

  masters(): readonly WorldHost[] {
    return [...this.hosts.values()].filter(
      (host) => host.power && host.agent && host.core?.lease.phase === 'holding',
    );
  }

  master(): WorldHost {
    const [master] = this.masters();
    if (master === undefined) throw new Error('no master');
    return master;
  }

  verdict(host: string): string {
    return this.master().core?.master?.judgements.get(host)?.verdict ?? 'none';
  }

  runsOn(vm: string, host: string): boolean {
    return this.running.get(vm)?.has(host) === true;
  }

  private startGuest(vm: string, host: string): void {
    const places = this.running.get(vm) ?? new Set<string>();
    this.running.set(vm, places);
    places.add(host);
    if (places.size > 1) this.twice.push(`${vm} on ${[...places].join(' and ')} at ${this.clock.now}`);
  }

  powerOff(name: string): void {
    const host = this.host(name);
    this.killAgent(name);
    Object.assign(host, { power: false, compute: false });
    for (const volume of this.volumes) volume.drop(name);
    for (const places of this.running.values()) places.delete(name);
  }

  /** Boots anew, without nova-compute. */
  powerOn(name: string): void {
    const host = this.host(name);
    Object.assign(host, { power: true, boot: `${host.boot}+`, beats: true });
    newBeats(this, host);
    this.startAgent(name);
  }

  startCompute(name: string): void {
    this.host(name).compute = true;
    this.nova.computeStarted(name);
  }

  killAgent(name: string): void {
    const host = this.host(name);
    Object.assign(host, { agent: false, core: null, paused: null });
    host.agentLife += 1;
  }

  startAgent(name: string): void {
    const host = this.host(name);
    host.agentLife += 1;
    Object.assign(host, { agent: true, paused: null, agentHeardMs: this.clock.now });
    const life = host.agentLife;
    const settings = settingsOf(host, {
      eligible: this.options.eligible?.includes(name) ?? true,
      proofs: this.options.proofs ?? ['silence'],
      seed: this.options.seed ?? 1,
      now: this.clock.now,
      isolationAddresses: this.options.isolationAddresses ?? [],
      volumes: this.volumes.map(({ name: volume, lease }) => ({ name: volume, lease })),
      timing: this.timing,
    });
    host.core = createCore(settings, this.clock.now);
    host.watching.clear();
    if (host.beats) connectBeats(this, host);
    const tick = (): void => {
      if (host.agentLife !== life || !host.agent) return;
      this.clock.after(tickMs(this.timing), tick);
      if (host.paused !== null) return;
      host.agentHeardMs = this.clock.now;
      this.feed(host, life, { kind: 'tick', now: this.clock.now });
    };
    this.clock.after(numberOf(name) * 37, tick);
  }

  /** SIGSTOP. */
  pauseAgent(name: string): void {
    this.host(name).paused ??= [];
  }

  /** SIGCONT: what came meanwhile is read before the next tick. */
  resumeAgent(name: string): void {
    const host = this.host(name);
    const queued = host.paused ?? [];
    host.paused = null;
    for (const input of queued) this.feed(host, host.agentLife, input);
  }

  killBeats(name: string, lateWriteMs: number | null): void {
    killBeats(this, this.host(name), lateWriteMs);
  }

  startBeats(name: string): void {
    startBeats(this, this.host(name));
  }

  feed(host: WorldHost, life: number, input: Input): void {
    if (host.core === null || host.agentLife !== life || !host.agent || !host.power) return;
    if (host.paused !== null) {
      host.paused.push(input);
      return;
    }
    const effects = step(host.core, { ...input, now: this.clock.now });
    this.watchers.stepped(host);
    for (const effect of effects) carryOut(this, host, life, effect);
  }

  reply(host: WorldHost, life: number, id: number, afterMs: number, result: Result): void {
    this.clock.after(afterMs, () =>
      this.feed(host, life, { kind: 'result', now: this.clock.now, id, result }),
    );
  }

  /** Asks an agent through its API; the answer comes through the callback, if ever. */
  ask(
    name: string,
    request: Extract<Input, { kind: 'request' }>['request'],
    done: (answer: Answer) => void,
  ): void {
    const host = this.host(name);
    this.requests += 1;
    const id = this.requests;
    this.answers.set(`${name}/${id}`, done);
    this.feed(host, host.agentLife, { kind: 'request', now: this.clock.now, id, request });
  }
}
