/** The simulated cluster, with what tests of the protocol look at. */
import type { Migration, Server } from '../../src/core/recovery/cloud.ts';
import type { Report } from '../../src/core/reports/report.ts';
import type { Proof } from '../../src/core/wire/records.ts';
import { type Watch, watch } from '../../sim/checkers/watch.ts';
import {
  type Cluster,
  DEFAULT_SERVER,
  DEFAULT_SETTINGS,
  defaultHosts,
  type ServerSpec,
} from '../../sim/cluster.ts';
import type { SimHost } from '../../sim/host.ts';
import { serverAnswer } from '../../sim/nova/answers.ts';
import { actOnNova } from '../../sim/nova/operators.ts';
import { World as SimWorld } from '../../sim/world.ts';

export interface WorldOptions {
  readonly hosts: number;
  readonly proofs?: readonly Proof[];
  readonly seed?: number;
  readonly isolationAddress?: boolean;
  /** All, if not told. */
  readonly eligible?: readonly string[];
  /** 1: volume b carries heartbeats only. */
  readonly leaseVolumes?: 1 | 3;
}

function clusterOf({ hosts, eligible, ...options }: WorldOptions): Cluster {
  return {
    hosts: defaultHosts(hosts).map((host) => ({
      ...host,
      eligible: eligible === undefined || eligible.includes(host.name),
    })),
    leaseVolumes: options.leaseVolumes ?? 1,
    settings: {
      ...DEFAULT_SETTINGS,
      proofs: options.proofs ?? ['silence'],
      isolationAddress: options.isolationAddress ?? false,
      seed: options.seed ?? 1,
    },
    servers: [],
    groups: [],
    cold: false,
  };
}

export class World extends SimWorld {
  readonly reports: { readonly atMs: number; readonly by: string; readonly report: Report }[] = [];
  readonly journal: {
    readonly atMs: number;
    readonly by: string;
    readonly event: string;
    readonly data: Readonly<Record<string, unknown>>;
  }[] = [];
  /** Starts in place that nova took, in order, and whether the VM ran then: that must never be. */
  readonly reboots: { readonly vm: string; readonly atMs: number; readonly ran: boolean }[] = [];
  readonly twice: string[] = [];
  /** From the beginning: what was begun before one looks cannot be judged. */
  readonly watched: Watch;
  /** Told of each evacuation that nova accepts. */
  readonly watchers: { accepted: (row: Migration) => void } = { accepted: () => {} };

  constructor(options: WorldOptions) {
    super(clusterOf(options));
    this.watched = watch(this);
    this.events.listen((event) => {
      const atMs = this.clock.now;
      if (event.event === 'report') this.reports.push({ atMs, by: event.by, report: event.report });
      if (event.event === 'journal')
        this.journal.push({ atMs, by: event.by, event: event.name, data: event.data });
      if (event.event === 'evacuation-accepted') this.watchers.accepted(event.row);
      if (event.event === 'rebooted') this.reboots.push({ vm: event.vm, atMs, ran: event.ran });
      if (event.event === 'guest-started') this.noteStart(event.vm);
    });
  }

  private noteStart(vm: string): void {
    const places = [...(this.running.get(vm) ?? [])];
    if (places.length > 1) this.twice.push(`${vm} on ${places.join(' and ')} at ${this.clock.now}`);
  }

  addVm(vm: string, host: string, more: Partial<ServerSpec> = {}): void {
    this.nova.addServer({ ...DEFAULT_SERVER, vm, host, ...more });
  }

  /** As nova shows them. */
  get servers(): ReadonlyMap<string, Server> {
    const { state } = this.nova;
    return new Map([...state.servers].map(([vm, server]) => [vm, serverAnswer(state, server)]));
  }

  get running(): ReadonlyMap<string, Set<string>> {
    return this.guests.running;
  }

  runsOn(vm: string, host: string): boolean {
    return this.guests.runs(vm, host);
  }

  master(): SimHost {
    const [master] = this.masters();
    if (master === undefined) throw new Error('no master');
    return master;
  }

  verdict(host: string): string {
    return this.master().core?.master?.judgements.get(host)?.verdict ?? 'none';
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
}

/** `openstack server set --state active`, as an administrator does it. */
export const resetState = (world: World, vm: string): void => actOnNova(world, { do: 'reset-vm', vm });
