/**
 * nova, as the simulated cluster meets it: the records and habits of the embedded cloud, in virtual time, with faults.
 * Which guests run where is not here: that is a fact of the world.
 */
import { acceptHardReboot } from '../../src/cloud/model/compute-habits.ts';
import { acceptEvacuation } from '../../src/cloud/model/evacuation.ts';
import { type CloudOptions, DEFAULT_OPTIONS } from '../../src/cloud/model/options.ts';
import { evacuationRefused, hardRebootRefused } from '../../src/cloud/model/refusals.ts';
import {
  type CloudState,
  createState,
  liveServers,
  type MigrationRecord,
  serverOf,
  shownMigrations,
} from '../../src/cloud/model/state.ts';
import {
  type CloudAnswer,
  type CloudCall,
  type Migration,
  NOT_RUNNING,
} from '../../src/core/recovery/cloud.ts';
import type { Random } from '../../src/core/lib/random.ts';
import type { VirtualClock } from '../clock.ts';
import type { Cluster, HostSpec, ServerSpec } from '../cluster.ts';
import type { WorldEvents } from '../events.ts';
import type { Guests } from '../guests.ts';
import {
  capacities,
  failed,
  gatewayTimeout,
  groupsOf,
  migrationAnswer,
  refused,
  serverAnswer,
  serviceOf,
} from './answers.ts';
import { Called } from './called.ts';
import { type ComputeHost, SimCompute } from './compute.ts';
import { NovaFaults } from './faults.ts';
import { forceDown } from './force-down.ts';
import { HeldRequests } from './held-requests.ts';
import { seedGroup, seedHost, seedServer } from './seed.ts';

/** nova's `report_interval`. */
const REPORT_MS = 10_000;
/** Hosts do not report at the same moment. */
const REPORT_STEP_MS = 1_300;

/** Of a proxy that does not wait. */
const EARLY_MS = 100;

const CHANGES: ReadonlySet<CloudCall['call']> = new Set(['evacuate', 'force-down', 'hard-reboot']);

interface Surroundings {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly events: WorldEvents;
  readonly guests: Guests;
}

export class SimNova {
  readonly faults = new NovaFaults();
  readonly state: CloudState;
  readonly habits: { -readonly [Key in keyof CloudOptions]: CloudOptions[Key] };
  readonly speed: { buildMs: number };
  /** Hosts that somebody has forced down past Vigil. */
  readonly forcedByHand = new Set<string>();
  private readonly called = new Called();
  private readonly computes = new Map<string, SimCompute>();
  private readonly held: HeldRequests;
  private readonly world: Surroundings;
  private ids = 0;

  constructor(world: Surroundings, { settings, groups }: Cluster) {
    const { clock } = world;
    this.world = world;
    this.held = new HeldRequests(clock);
    this.speed = { buildMs: settings.rebuildMs };
    this.habits = {
      ...DEFAULT_OPTIONS,
      clock: { nowMs: () => clock.now },
      newId: () => this.newId(),
      serviceDownTimeMs: settings.serviceDownMs,
      powerSyncIntervalMs: settings.powerSyncMs,
      resumeGuestsOnHostBoot: settings.resumeGuests,
    };
    this.state = createState(this.habits, (delayMs, run) => clock.after(delayMs, run));
    this.state.onOrder = (host) => this.computes.get(host)?.takeOrders();
    for (const group of groups) seedGroup(this.state, group);
  }

  addHost(spec: HostSpec, host: ComputeHost): void {
    if (spec.role === 'control') return;
    seedHost(this.state, spec);
    this.called.add(spec);
    const compute = new SimCompute(this.world, this, host);
    this.computes.set(spec.name, compute);
    const report = (): void => {
      compute.report();
      this.world.clock.after(REPORT_MS, report);
    };
    this.world.clock.after((this.computes.size * REPORT_STEP_MS) % REPORT_MS, report);
  }

  addServer(spec: ServerSpec): void {
    seedServer(this.state, spec);
    if (spec.state === 'running' || spec.state === 'paused') this.world.guests.start(spec.vm, spec.host);
  }

  compute(host: string): SimCompute {
    const compute = this.computes.get(host);
    if (compute === undefined) throw new Error(`${host} has no nova-compute`);
    return compute;
  }

  /** Newest last. */
  get rows(): readonly Migration[] {
    return this.state.migrations.map(migrationAnswer);
  }

  evacuationsOf(vm: string): readonly MigrationRecord[] {
    return this.state.migrations.filter((row) => row.type === 'evacuation' && row.instanceUuid === vm);
  }

  /** A row that is open for ever, since its target died in the middle, means nothing. */
  mayComeToSomething({ id, dest, instanceUuid, status }: MigrationRecord): boolean {
    if (status === 'accepted' && this.state.unscheduled.has(instanceUuid)) return true;
    const onBus = (this.state.orders.get(dest ?? '') ?? []).some(({ migrationId }) => migrationId === id);
    return onBus || this.computes.get(dest ?? '')?.worksOn(id) === true;
  }

  /** A guest that nova-compute ends of itself: of a VM that is gone, or was evacuated from there, or to there stopped. */
  endsOfItself(vm: string, host: string): boolean {
    const server = serverOf(this.state, vm);
    const stops = server?.vmState === 'stopped';
    const ends = this.evacuationsOf(vm).some((row) => row.source === host || (stops && row.dest === host));
    return server === null || ends;
  }

  /** A request that has arrived; the answer comes through the callback, if ever. */
  ask(call: CloudCall, answer: (answer: CloudAnswer) => void): void {
    const { faults } = this;
    const { clock, random } = this.world;
    if (!faults.up) {
      answer(failed(call.call, 'unreachable', null, 'connection refused'));
      return;
    }
    if (faults.hangs) return;
    const lateMs =
      (faults.lateMsMax === 0 ? 0 : random.below(faults.lateMsMax)) +
      faults.slowMs +
      (faults.slowCalls.get(call.call) ?? 0);
    const isChange = CHANGES.has(call.call);
    const perform = (): CloudAnswer | null => {
      const performed = this.called.shown(this.perform(this.called.meant(call)));
      this.world.events.emit({ event: 'nova-performed', call });
      return performed;
    };
    // A proxy gives up at any time, also before nova has come to what it was asked for.
    const isEarly = isChange && faults.errs && random.below(2) === 0;
    if (isEarly) clock.after(EARLY_MS, () => answer(gatewayTimeout(call.call)));
    // What is slow is read first and told late, or read late.
    const isSlow = lateMs > 0 || (faults.holds.get(call.call) ?? 0) > 0;
    const read = !isChange && isSlow && random.below(2) === 0 ? { performed: perform() } : null;
    const run = (): void => {
      const { performed } = read ?? { performed: perform() };
      if (performed === null || isEarly || (faults.swallows && isChange)) return;
      answer(faults.errs && isChange ? gatewayTimeout(call.call) : performed);
    };
    const holdMs = faults.holds.get(call.call) ?? 0;
    if (holdMs > lateMs) this.held.hold(call.call, holdMs, lateMs, run);
    else if (lateMs === 0) run();
    else clock.after(lateMs, run);
  }

  letGo(call: CloudCall['call'] | null): void {
    if (call === null) this.faults.holds.clear();
    else this.faults.holds.delete(call);
    this.held.letGo(call);
  }

  answerAgain(): void {
    this.faults.answerAgain();
    this.letGo(null);
  }

  /** Null: no answer, ever. */
  perform(call: CloudCall): CloudAnswer | null {
    const { state, faults } = this;
    if (faults.refuses.has(call.call)) return this.forbid(call);
    if (state.deadCells.size > 0) {
      // Records are in the cell's database; groups and capacities are not.
      if (call.call !== 'list-capacity' && call.call !== 'list-groups')
        return failed(call.call, 'incomplete', null, 'a cell does not answer');
    }
    switch (call.call) {
      case 'list-services':
        return {
          call: call.call,
          ok: true,
          value: [...state.services.values()].map((service) => serviceOf(state, service)),
        };
      case 'force-down':
        return forceDown(state, this.world.events, call);
      case 'list-servers': {
        const onHost = liveServers(state).filter(({ host }) => host === call.host);
        return { call: call.call, ok: true, value: onHost.map((server) => serverAnswer(state, server)) };
      }
      case 'list-migrations':
        return { call: call.call, ok: true, value: this.newestFirst(({ vm }) => vm === call.vm) };
      case 'list-host-migrations': {
        const { host } = call;
        const ofHost = ({ source, target }: Migration): boolean => source === host || target === host;
        return { call: call.call, ok: true, value: this.newestFirst(ofHost) };
      }
      case 'list-capacity':
        return { call: call.call, ok: true, value: capacities(state) };
      case 'list-groups':
        return { call: call.call, ok: true, value: groupsOf(state) };
      case 'get-server':
      case 'evacuate':
      case 'guest-state':
      case 'hard-reboot':
        return this.performOnServer(call);
    }
  }

  private forbid(call: CloudCall): CloudAnswer {
    const detail = `policy does not allow ${call.call}`;
    if (call.call === 'evacuate')
      this.world.events.emit({ event: 'evacuation-refused', vm: call.vm, detail, byVigil: true });
    return refused(call.call, 403, detail);
  }

  /** Of Vigil's, or an operator's past it. Answers why nova refuses it. */
  evacuate(vm: string, target: string, byVigil: boolean): CloudAnswer {
    const call = 'evacuate';
    const server = serverOf(this.state, vm);
    if (server === null) return refused(call, 404, `Instance ${vm} could not be found.`);
    const refusal = evacuationRefused(this.state, server, { target, stopAfterwards: false });
    if (refusal !== null) {
      this.world.events.emit({ event: 'evacuation-refused', vm, detail: refusal.message, byVigil });
      return refused(call, refusal.status, refusal.message);
    }
    acceptEvacuation(this.state, { server, target, requestId: this.newId(), stopAfterwards: false });
    const row = this.state.migrations.at(-1);
    if (row !== undefined)
      this.world.events.emit({ event: 'evacuation-accepted', row: migrationAnswer(row), byVigil });
    return { call, ok: true, value: { requestId: null } };
  }

  private performOnServer(
    call: Extract<CloudCall, { call: 'get-server' | 'evacuate' | 'guest-state' | 'hard-reboot' }>,
  ): CloudAnswer | null {
    const { state } = this;
    const server = serverOf(state, call.vm);
    if (server === null) return refused(call.call, 404, `Instance ${call.vm} could not be found.`);
    switch (call.call) {
      case 'get-server':
        return { call: call.call, ok: true, value: serverAnswer(state, server) };
      case 'evacuate':
        return this.evacuate(call.vm, call.target, true);
      case 'guest-state': {
        const runs = this.computes.get(server.host ?? '')?.runs(call.vm) ?? null;
        return runs === null
          ? null
          : { call: call.call, ok: true, value: { state: runs ? 'running' : NOT_RUNNING } };
      }
      case 'hard-reboot': {
        const refusal = hardRebootRefused(server);
        if (refusal !== null) return refused(call.call, refusal.status, refusal.message);
        const host = server.host ?? '';
        const ran = this.world.guests.runs(call.vm, host);
        this.world.events.emit({ event: 'rebooted', vm: call.vm, host, ran });
        acceptHardReboot(state, server);
        return { call: call.call, ok: true, value: { requestId: null } };
      }
    }
  }

  private newestFirst(wanted: (row: Migration) => boolean): readonly Migration[] {
    return shownMigrations(this.state).map(migrationAnswer).filter(wanted).reverse();
  }

  private newId(): string {
    this.ids += 1;
    return `id-${this.ids}`;
  }
}
