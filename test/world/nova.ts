/** As much of nova as the core's protocol can tell apart, in virtual time; the embedded cloud is the faithful one. */
import type {
  CloudAnswer,
  CloudCall,
  CloudFailure,
  Migration,
  Server,
} from '../../src/core/recovery/cloud.ts';
import type { VirtualClock } from './clock.ts';

export const REPORT_MS = 10_000;

interface Service {
  readonly host: string;
  reportedMs: number;
  forcedDown: boolean;
}

export class WorldNova {
  readonly services = new Map<string, Service>();
  readonly servers = new Map<string, { -readonly [K in keyof Server]: Server[K] }>();
  readonly rows: { -readonly [K in keyof Migration]: Migration[K] }[] = [];
  up = true;
  /** Take evacuations, but do not answer. */
  swallow = false;
  buildMs = 4_000;

  private readonly clock: VirtualClock;
  private readonly computeAlive: (host: string) => boolean;
  private readonly guest: (vm: string, host: string, runs: boolean) => void;

  constructor(
    clock: VirtualClock,
    computeAlive: (host: string) => boolean,
    guest: (vm: string, host: string, runs: boolean) => void,
  ) {
    this.clock = clock;
    this.computeAlive = computeAlive;
    this.guest = guest;
  }

  addHost(host: string): void {
    const service = { host, reportedMs: 0, forcedDown: false };
    this.services.set(host, service);
    const report = (): void => {
      if (this.computeAlive(host)) service.reportedMs = this.clock.now;
      this.clock.after(REPORT_MS, report);
    };
    this.clock.after(this.services.size * 1_300, report);
  }

  addServer(vm: string, host: string, more: Partial<Server> = {}): void {
    const flavor = { name: 'small', vcpus: 1, memoryMib: 512, diskGib: 1, extraSpecs: {} };
    const server = {
      vm,
      name: vm,
      projectId: 'p',
      host,
      status: 'ACTIVE',
      vmState: 'active',
      taskState: null,
    };
    this.servers.set(vm, {
      ...server,
      powerState: 1,
      zone: 'nova',
      locked: false,
      bootedFromVolume: true,
      metadata: {},
      flavor,
      ...more,
    });
    this.guest(vm, host, true);
  }

  /** Null: no answer, ever. */
  perform(call: CloudCall): CloudAnswer | null {
    const fail = (code: CloudFailure['code'], detail: string, status: number | null = null): CloudAnswer => {
      const failure = { code, service: 'nova' as const, status, requestId: null, detail };
      return { call: call.call, ok: false, failure };
    };
    if (!this.up) return fail('unreachable', 'connection refused');
    switch (call.call) {
      case 'list-services':
        return {
          call: call.call,
          ok: true,
          value: [...this.services.values()].map((service) => this.show(service)),
        };
      case 'force-down': {
        const service = this.services.get(call.serviceId);
        if (service === undefined) return fail('not-found', 'no such service', 404);
        if (
          !call.forcedDown &&
          this.rows.some((row) => row.source === service.host && row.status === 'done')
        ) {
          return fail('bad-request', 'evacuations are not completed', 400);
        }
        service.forcedDown = call.forcedDown;
        return { call: call.call, ok: true, value: this.show(service) };
      }
      case 'list-servers':
        return {
          call: call.call,
          ok: true,
          value: [...this.servers.values()].filter(({ host }) => host === call.host).map((s) => ({ ...s })),
        };
      case 'get-server': {
        const server = this.servers.get(call.vm);
        return server === undefined
          ? fail('not-found', 'no such server', 404)
          : { call: call.call, ok: true, value: { ...server } };
      }
      case 'list-migrations':
        return {
          call: call.call,
          ok: true,
          value: this.rows
            .filter(({ vm }) => vm === call.vm)
            .map((row) => ({ ...row }))
            .reverse(),
        };
      case 'list-host-migrations': {
        const rows = this.rows.filter(({ source, target }) => source === call.host || target === call.host);
        return { call: call.call, ok: true, value: rows.map((row) => ({ ...row })).reverse() };
      }
      case 'list-capacity': {
        const value = [...this.services.keys()].map((host) => ({
          host,
          freeVcpus: 100,
          freeMemoryMib: 100_000,
          freeDiskGib: 1_000,
        }));
        return { call: call.call, ok: true, value };
      }
      case 'list-groups':
        return { call: call.call, ok: true, value: [] };
      case 'evacuate':
        return this.evacuate(call.vm, call.target, fail);
    }
  }

  /** nova-compute of a host starts: its records of evacuations are completed. */
  computeStarted(host: string): void {
    for (const row of this.rows) if (row.source === host && row.status === 'done') row.status = 'completed';
  }

  private evacuate(
    vm: string,
    target: string,
    fail: (code: CloudFailure['code'], detail: string, status: number) => CloudAnswer,
  ): CloudAnswer | null {
    const server = this.servers.get(vm);
    if (server === undefined) return fail('not-found', 'no such server', 404);
    const source = this.services.get(server.host);
    if (source !== undefined && this.isUp(source))
      return fail('bad-request', `Compute service of ${server.host} is still in use`, 400);
    if (server.host === target) return fail('bad-request', 'target is the source', 400);
    const row = {
      id: this.rows.length + 1,
      vm,
      type: 'evacuation' as const,
      status: 'accepted',
      source: server.host,
      target,
      createdAt: String(this.clock.now),
      updatedAt: null,
    };
    this.rows.push(row);
    server.taskState = 'rebuilding';
    this.clock.after(1_000, () => {
      if (this.computeAlive(target)) row.status = 'pre-migrating';
    });
    this.clock.after(1_000 + this.buildMs, () => {
      if (!this.computeAlive(target)) return;
      server.host = target;
      server.taskState = null;
      row.status = 'done';
      this.guest(vm, target, true);
    });
    return this.swallow ? null : { call: 'evacuate', ok: true, value: { requestId: null } };
  }

  private isUp(service: Service): boolean {
    return !service.forcedDown && this.clock.now - service.reportedMs <= 60_000;
  }

  private show(service: Service) {
    return {
      id: service.host,
      host: service.host,
      zone: 'nova',
      state: this.isUp(service) ? ('up' as const) : ('down' as const),
      status: 'enabled' as const,
      disabledReason: null,
      forcedDown: service.forcedDown,
      updatedAt: String(service.reportedMs),
    };
  }
}
