/**
 * The nova-compute of a simulated host: it reports, takes orders off the bus and runs guests. It can only do what its
 * kernel and the bus let it do; what it is in the middle of waits while the host is frozen, and is gone when it dies.
 */
import {
  endStep,
  reportAlive,
  startCompute,
  syncPowerStates,
  takeOrders,
} from '../../src/cloud/model/compute-habits.ts';
import { type CloudState, type ComputeOrder, serverOf } from '../../src/cloud/model/state.ts';
import type { VirtualClock } from '../clock.ts';
import type { Guests } from '../guests.ts';
import type { NovaFaults } from './faults.ts';

export interface ComputeHost {
  readonly name: string;
  /** Its kernel works. */
  readonly isRunning: () => boolean;
  readonly reachesBus: () => boolean;
}

export interface ComputeSpeed {
  buildMs: number;
}

/** nova `[DEFAULT] max_concurrent_builds`. */
/** Periodic work begins at once, but for nova's `periodic_fuzzy_delay`, a minute at most. */
const FIRST_SYNC_MS = 40_000;
const BUILDS_AT_ONCE_MAX = 10;
/** nova `[DEFAULT] running_deleted_instance_poll_interval`. */
const REAP_MS = 1_800_000;
const REBOOT_MS = 1_500;
const ACT_MS = 20;
/** How soon it goes on when the host is thawed or the bus is back. */
const RETRY_MS = 500;

export class SimCompute {
  /** Bumped with each start and death, so that what was meant for a former life is dropped. */
  private life = 0;
  private ready = false;
  private readonly building = new Set<ComputeOrder>();
  private waiting: ComputeOrder[] = [];
  private readonly state: CloudState;
  private readonly clock: VirtualClock;
  private readonly guests: Guests;
  private readonly faults: NovaFaults;
  private readonly host: ComputeHost;
  private readonly speed: ComputeSpeed;

  constructor(
    world: { readonly clock: VirtualClock; readonly guests: Guests },
    nova: { readonly state: CloudState; readonly faults: NovaFaults; readonly speed: ComputeSpeed },
    host: ComputeHost,
  ) {
    this.clock = world.clock;
    this.guests = world.guests;
    this.state = nova.state;
    this.faults = nova.faults;
    this.speed = nova.speed;
    this.host = host;
  }

  start(): void {
    this.died();
    const { life } = this;
    this.overBus(life, () => {
      const { name } = this.host;
      const destroyed = startCompute(this.state, name, [...this.guests.on(name)]);
      for (const vm of destroyed) this.guests.stop(vm, name);
      this.ready = true;
      this.syncLater(life, Math.min(FIRST_SYNC_MS, this.state.options.powerSyncIntervalMs));
      this.reapLater(life);
      this.takeOrders();
    });
  }

  died(): void {
    this.life += 1;
    this.ready = false;
    this.building.clear();
    this.waiting = [];
  }

  /** Each `report_interval`. */
  report(): void {
    if (!this.ready || !this.host.isRunning() || !this.host.reachesBus()) return;
    reportAlive(this.state, this.host.name);
    this.takeOrders();
  }

  /** Null: no answer. */
  runs(vm: string): boolean | null {
    if (!this.ready || !this.host.isRunning() || !this.host.reachesBus() || this.hangs()) return null;
    return this.guests.runs(vm, this.host.name);
  }

  /** Has it taken the order of this evacuation, and not ended it? */
  worksOn(migrationId: number): boolean {
    const isIt = (order: ComputeOrder): boolean => order.migrationId === migrationId;
    return this.waiting.some(isIt) || [...this.building].some(isIt);
  }

  takeOrders(): void {
    if (!this.ready || !this.host.isRunning() || !this.host.reachesBus()) return;
    this.waiting.push(...takeOrders(this.state, this.host.name));
    this.startWaiting();
  }

  private startWaiting(): void {
    while (this.building.size < BUILDS_AT_ONCE_MAX) {
      const order = this.waiting.shift();
      if (order === undefined) return;
      this.building.add(order);
      this.carryOut(this.life, order);
    }
  }

  private carryOut(life: number, order: ComputeOrder): void {
    const { name } = this.host;
    const { vm } = order;
    if (order.kind === 'destroy') {
      const destroy = (): void => {
        this.guests.stop(vm, name);
        this.ended(order);
      };
      if (this.hangs()) this.later(life, RETRY_MS, destroy);
      else destroy();
      return;
    }
    this.overBus(life, () => {
      const fails = order.kind === 'rebuild' && this.faults.claimFails.has(name);
      if (!endStep(this.state, name, order.id, fails ? 'claim-failed' : 'claimed')) {
        this.ended(order);
        return;
      }
      // A hard reboot ends what runs.
      if (order.kind === 'reboot') this.guests.stop(vm, name);
      this.later(life, this.takesMs(order), () => this.spawn(life, order));
    });
  }

  private takesMs({ kind }: ComputeOrder): number {
    if (kind === 'reboot') return REBOOT_MS;
    // init_host starts its guests again before it takes anything off the bus.
    return kind === 'resume' ? 0 : this.speed.buildMs;
  }

  /** The guest runs from here on, whatever nova makes of it: a rebuild that trips at its end leaves it behind. */
  private spawn(life: number, order: ComputeOrder): void {
    const { name } = this.host;
    const { buildFails, startFails } = this.faults;
    const spawns = !(order.kind === 'rebuild' ? buildFails : startFails).has(order.vm);
    if (spawns) this.guests.start(order.vm, name);
    this.overBus(life, () => {
      endStep(this.state, name, order.id, spawns ? 'spawned' : 'spawn-failed');
      if (this.state.servers.get(order.vm)?.vmState === 'stopped') this.guests.stop(order.vm, name);
      this.ended(order);
    });
  }

  private ended(order: ComputeOrder): void {
    this.building.delete(order);
    this.startWaiting();
  }

  private syncLater(life: number, afterMs: number): void {
    this.later(life, afterMs, () => {
      this.overBus(life, () => {
        const { name } = this.host;
        syncPowerStates(this.state, name, [...this.guests.on(name)]);
      });
      this.syncLater(life, this.state.options.powerSyncIntervalMs);
    });
  }

  /** Guests of servers that are gone: deleted while they were built, or while nova-compute was away. */
  private reapLater(life: number): void {
    this.later(life, REAP_MS, () => {
      const { name } = this.host;
      this.overBus(life, () => {
        for (const vm of this.guests.on(name))
          if (serverOf(this.state, vm) === null) this.guests.stop(vm, name);
      });
      this.reapLater(life);
    });
  }

  private hangs(): boolean {
    return this.faults.hypervisorHangs.has(this.host.name);
  }

  /** Not before its kernel goes on, and its hypervisor. */
  private later(life: number, delayMs: number, run: () => void): void {
    this.clock.after(delayMs, () => {
      if (this.life !== life) return;
      if (this.host.isRunning() && !this.hangs()) run();
      else this.later(life, RETRY_MS, run);
    });
  }

  /** Now, or when the bus takes it. */
  private overBus(life: number, run: () => void): void {
    if (this.life !== life) return;
    if (this.host.isRunning() && this.host.reachesBus()) run();
    else this.later(life, RETRY_MS, () => this.overBus(life, run));
  }

  /** What its owner asks of a guest; what a dead nova-compute is asked for never happens. */
  act(run: () => void, afterMs = ACT_MS): void {
    const { life } = this;
    if (this.ready) this.later(life, afterMs, () => this.overBus(life, run));
  }

  /** Tells later whether it is still the same, and there. */
  lives(): () => boolean {
    const { life } = this;
    return () => this.ready && this.life === life && this.host.isRunning();
  }
}
