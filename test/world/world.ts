/**
 * A small cluster of real cores on virtual time, for tests of the protocol as a whole: power, network, storage and
 * agents can be taken away and given back. Simulated throughout: no file, socket or timer is touched.
 */
import type { Effect } from '../../src/core/effect.ts';
import type { Input, Result } from '../../src/core/input.ts';
import type { Report } from '../../src/core/reports/report.ts';
import { tickMs } from '../../src/core/evidence/observer.ts';
import { createCore, step } from '../../src/core/step.ts';
import type { Core } from '../../src/core/state.ts';
import { deriveTiming } from '../../src/core/timing/timing.ts';
import type { Proof } from '../../src/core/wire/records.ts';
import { VirtualClock } from './clock.ts';
import { REPORT_MS, WorldNova } from './nova.ts';
import { WorldVolume } from './volume.ts';

export interface WorldHost {
  readonly name: string;
  power: boolean;
  /** Bumped with each start, so that events of a former life are dropped. */
  agentLife: number;
  agent: boolean;
  beats: boolean;
  compute: boolean;
  boot: string;
  /** 0: cut off. Hosts talk within the same number. */
  network: number;
  core: Core | null;
  agentHeardMs: number;
  counters: Map<string, { incarnation: number; counter: number }>;
  watching: Set<string>;
  lastBodies: Map<string, unknown>;
}

export interface WorldOptions {
  readonly hosts: number;
  readonly proofs?: readonly Proof[];
  readonly seed?: number;
  readonly isolationAddresses?: readonly string[];
}

const CLUSTER_HASH = '00000000000000aa';

export class World {
  readonly clock = new VirtualClock();
  readonly hosts = new Map<string, WorldHost>();
  readonly volumes = [new WorldVolume('a', 'uuid-a', true), new WorldVolume('b', 'uuid-b', false)];
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
  readonly interrupted: string[] = [];

  private readonly options: WorldOptions;

  constructor(options: WorldOptions) {
    this.options = options;
    this.nova = new WorldNova(
      this.clock,
      (host) => this.host(host).power && this.host(host).compute,
      (vm, host) => this.startGuest(vm, host),
    );
    for (let n = 1; n <= options.hosts; n += 1) {
      const name = `h${n}`;
      this.hosts.set(name, {
        name,
        power: true,
        agent: false,
        agentLife: 0,
        beats: true,
        compute: true,
        boot: `${name}-boot-1`,
        network: 1,
        core: null,
        agentHeardMs: 0,
        counters: new Map(),
        watching: new Set(),
        lastBodies: new Map(),
      });
      this.nova.addHost(name);
    }
    for (const host of this.hosts.values()) {
      for (const volume of this.volumes) this.beatLoop(host, volume);
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

  private startGuest(vm: string, host: string): void {
    const places = this.running.get(vm) ?? new Set<string>();
    this.running.set(vm, places);
    places.add(host);
    if (places.size > 1) this.twice.push(`${vm} on ${[...places].join(' and ')} at ${this.clock.now}`);
  }

  powerOff(name: string): void {
    const host = this.host(name);
    Object.assign(host, { power: false, agent: false, core: null, compute: false });
    host.agentLife += 1;
    for (const places of this.running.values()) places.delete(name);
  }

  /** Boots anew, without nova-compute. */
  powerOn(name: string): void {
    const host = this.host(name);
    Object.assign(host, { power: true, boot: `${host.boot}+`, beats: true });
    for (const volume of this.volumes) {
      const was = host.counters.get(volume.name);
      host.counters.set(volume.name, { incarnation: (was?.incarnation ?? 0) + 1, counter: 0 });
    }
    this.startAgent(name);
  }

  startCompute(name: string): void {
    this.host(name).compute = true;
    this.nova.computeStarted(name);
  }

  killAgent(name: string): void {
    const host = this.host(name);
    Object.assign(host, { agent: false, core: null });
    host.agentLife += 1;
  }

  startAgent(name: string): void {
    const host = this.host(name);
    host.agentLife += 1;
    host.agent = true;
    host.agentHeardMs = this.clock.now;
    const life = host.agentLife;
    const n = Number(name.slice(1));
    host.core = createCore(
      {
        cluster: 'test',
        clusterHash: CLUSTER_HASH,
        host: name,
        boot: host.boot,
        agent: `${name}-${life}`,
        address: { ip: `10.0.0.${n}`, udpPort: 1, apiPort: 2 },
        role: 'compute',
        eligible: true,
        failureDomain: null,
        hardwareUuid: null,
        volumes: this.volumes.map(({ name: volume, lease }) => ({ name: volume, lease })),
        isolationAddresses: this.options.isolationAddresses ?? [],
        timing: this.timing,
        recovery: {
          acceptedProofs: this.options.proofs ?? ['silence'],
          ordersPerTargetMax: 4,
          protectByDefault: true,
          sharedStorage: true,
        },
        seed: (this.options.seed ?? 1) * 1_000 + n * 10 + life,
      },
      this.clock.now,
    );
    for (const volume of this.volumes) {
      const body = volume.slots.get(name)?.body;
      this.feed(host, life, {
        kind: 'volume',
        now: this.clock.now,
        event: {
          kind: 'connected',
          volume: volume.name,
          uuid: volume.uuid,
          superblock: {
            format: 1,
            volumeUuid: volume.uuid,
            cluster: 'test',
            slots: 64,
            seats: 32,
            leaseVolumes: 1,
            coordination: 'volume',
            generation: 1,
          },
          slotIndex: volume.index(name),
          seatIndex: volume.lease ? volume.index(name) : null,
          ownBody: body === undefined ? null : { body, boot: host.boot },
        },
      });
    }
    const tick = (): void => {
      if (host.agentLife !== life || !host.agent) return;
      host.agentHeardMs = this.clock.now;
      this.feed(host, life, { kind: 'tick', now: this.clock.now });
      this.clock.after(tickMs(this.timing), tick);
    };
    this.clock.after(n * 37, tick);
  }

  feed(host: WorldHost, life: number, input: Input): void {
    if (host.core === null || host.agentLife !== life || !host.agent || !host.power) return;
    for (const effect of step(host.core, { ...input, now: this.clock.now }))
      this.carryOut(host, life, effect);
  }

  private beatLoop(host: WorldHost, volume: WorldVolume): void {
    const beat = (): void => {
      this.clock.after(this.timing.beatMs, beat);
      if (!host.power || !host.beats || volume.hung.has(host.name)) return;
      const counter = host.counters.get(volume.name) ?? { incarnation: 1, counter: 0 };
      counter.counter += 1;
      host.counters.set(volume.name, counter);
      const slot = volume.slots.get(host.name);
      if (slot !== undefined) {
        const agentSilentMs = this.clock.now - host.agentHeardMs;
        slot.header = { kind: 'slot', owner: '', boot: host.boot, ...counter, agentSilentMs };
      }
      this.feed(host, host.agentLife, {
        kind: 'volume',
        now: this.clock.now,
        event: {
          kind: 'reading',
          volume: volume.name,
          begunMs: this.clock.now,
          endedMs: this.clock.now,
          wroteMs: this.clock.now,
          error: null,
          seats: volume.lease ? volume.readSeats() : [],
          slots: host.watching.has(volume.name) ? volume.readSlots() : null,
        },
      });
    };
    this.clock.after(100 + Number(host.name.slice(1)) * 61 + (volume.lease ? 0 : 333), beat);
  }

  private connected(a: WorldHost, b: WorldHost): boolean {
    return a.power && b.power && (a === b || (a.network !== 0 && a.network === b.network));
  }

  private byIp(ip: string): WorldHost {
    return this.host(`h${ip.split('.')[3] ?? ''}`);
  }

  private reply(
    host: WorldHost,
    life: number,
    id: number,
    afterMs: number,
    result: () => Result | null,
  ): void {
    this.clock.after(afterMs, () => {
      const value = result();
      if (value !== null) this.feed(host, life, { kind: 'result', now: this.clock.now, id, result: value });
    });
  }

  private readonly answers = new Map<string, (answer: Extract<Effect, { do: 'answer' }>['answer']) => void>();
  private requests = 0;

  /** Asks an agent through its API; the answer comes through the callback, if ever. */
  ask(
    name: string,
    request: Extract<Input, { kind: 'request' }>['request'],
    done: (answer: Extract<Effect, { do: 'answer' }>['answer']) => void,
  ): void {
    const host = this.host(name);
    this.requests += 1;
    const id = this.requests;
    this.answers.set(`${name}/${id}`, done);
    this.feed(host, host.agentLife, { kind: 'request', now: this.clock.now, id, request });
  }

  private carryOut(host: WorldHost, life: number, effect: Effect): void {
    const io = (volumeName: string, run: (volume: WorldVolume) => Result): void => {
      const volume = this.volumes.find(({ name }) => name === volumeName);
      if (volume === undefined || !('id' in effect)) return;
      this.reply(host, life, effect.id, 5, () =>
        volume.hung.has(host.name) || !host.beats ? null : run(volume),
      );
    };
    const nowMs = (): number => this.clock.now;
    switch (effect.do) {
      case 'send': {
        const to = this.byIp(effect.to.ip);
        this.clock.after(1, () => {
          if (this.connected(host, to))
            this.feed(to, to.agentLife, {
              kind: 'datagram',
              now: nowMs(),
              datagram: effect.datagram,
              fromIp: '',
            });
        });
        return;
      }
      case 'write-body':
        io(effect.volume, (volume) => {
          const counter = host.counters.get(volume.name) ?? { incarnation: 1, counter: 0 };
          counter.counter += 1;
          host.counters.set(volume.name, counter);
          const header = { kind: 'slot' as const, owner: '', boot: host.boot, ...counter, agentSilentMs: 0 };
          volume.slots.set(host.name, { header, body: effect.body });
          return { of: 'write-body', ok: true, begunMs: nowMs(), endedMs: nowMs() };
        });
        return;
      case 'write-seat':
        io(effect.volume, (volume) => {
          const before = volume.seats.get(host.name)?.header;
          const incarnation = host.counters.get(volume.name)?.incarnation ?? 1;
          const header = {
            kind: 'seat' as const,
            owner: '',
            boot: host.boot,
            incarnation,
            counter: (before?.counter ?? 0) + 1,
            agentSilentMs: 0,
          };
          volume.seats.set(host.name, { header, body: effect.body });
          return {
            of: 'write-seat',
            ok: true,
            begunMs: nowMs(),
            writtenMs: nowMs(),
            endedMs: nowMs(),
            seats: volume.readSeats(),
          };
        });
        return;
      case 'write-cell':
        io(effect.volume, (volume) => {
          volume.cells.set(`${effect.slot}/${effect.which}`, effect.record);
          return { of: 'write-cell', ok: true };
        });
        return;
      case 'read-volume':
        io(effect.volume, (volume) => ({
          of: 'read-volume',
          ok: true,
          begunMs: nowMs(),
          endedMs: nowMs(),
          seats: effect.what.includes('seats') ? volume.readSeats() : null,
          slots: effect.what.includes('slots') ? volume.readSlots() : null,
          cells: effect.what.includes('cells') ? volume.readCells() : null,
        }));
        return;
      case 'watch':
        if (effect.slots) host.watching.add(effect.volume);
        else host.watching.delete(effect.volume);
        return;
      case 'probe': {
        const { target } = effect;
        const answer =
          'isolation' in target
            ? host.network === 1
              ? 'kernel'
              : 'none'
            : this.probeAnswer(host, this.byIp(target.ip));
        this.reply(host, life, effect.id, answer === 'none' ? effect.deadlineMs : 5, () => ({
          of: 'probe',
          answer,
        }));
        return;
      }
      case 'ask-probe': {
        const via = this.byIp(effect.via.address.ip);
        const answer =
          'isolation' in effect.target || !this.connected(host, via)
            ? null
            : this.probeAnswer(via, this.byIp(effect.target.ip));
        this.reply(host, life, effect.id, 10, () => ({ of: 'ask-probe', answer }));
        return;
      }
      case 'cloud':
        this.clock.after(40, () => {
          if (!host.power || host.network !== 1) return;
          const answer = this.nova.perform(effect.call);
          if (answer !== null) this.reply(host, life, effect.id, 40, () => ({ of: 'cloud', answer }));
        });
        return;
      case 'order': {
        const to = this.byIp(effect.to.address.ip);
        this.clock.after(3, () => {
          if (!this.connected(host, to) || !to.agent) {
            this.reply(host, life, effect.id, 5, () => ({
              of: 'order',
              outcome: null,
              arrived: 'surely-not',
              detail: 'no connection',
            }));
            return;
          }
          this.ask(to.name, { ask: 'restart', order: effect.order }, (answer) => {
            if (answer.to === 'restart')
              this.reply(host, life, effect.id, 3, () => ({ of: 'order', outcome: answer.outcome }));
          });
        });
        return;
      }
      case 'answer':
        this.answers.get(`${host.name}/${effect.id}`)?.(effect.answer);
        return;
      case 'report':
        this.reports.push({ atMs: this.clock.now, by: host.name, report: effect.report });
        return;
      case 'journal':
        this.journal.push({ atMs: this.clock.now, by: host.name, event: effect.event, data: effect.data });
        return;
      case 'stopped':
        this.killAgent(host.name);
        return;
    }
  }

  private probeAnswer(from: WorldHost, to: WorldHost): 'agent' | 'kernel' | 'none' {
    if (!this.connected(from, to)) return 'none';
    return to.agent ? 'agent' : 'kernel';
  }
}
