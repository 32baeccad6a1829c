/** As much of nova as the core's protocol can tell apart, in virtual time; the embedded cloud is the faithful one. */
import {
  type CloudAnswer,
  type CloudCall,
  type CloudFailure,
  type Migration,
  NOT_RUNNING,
  type Server,
  type ServerGroup,
} from '../../src/core/recovery/cloud.ts';
import type { VirtualClock } from './clock.ts';
import { build, type Compute, type Mutable } from './nova-build.ts';

export const REPORT_MS = 10_000;

interface Service {
  readonly host: string;
  reportedMs: number;
  forcedDown: boolean;
}

type Fail = (code: CloudFailure['code'], detail: string, status?: number) => CloudAnswer;

export class WorldNova {
  readonly services = new Map<string, Service>();
  readonly servers = new Map<string, Mutable<Server>>();
  readonly rows: Mutable<Migration>[] = [];
  readonly groups: ServerGroup[] = [];
  up = true;
  /** Take evacuations, but do not answer. */
  swallow = false;
  /** Calls are carried out up to so much later, long after the caller has given up. */
  lagMsMax = 0;
  /** What every call takes besides. */
  slowMs = 0;
  buildMs = 4_000;
  /** nova's `resume_guests_state_on_host_boot`. */
  resumeGuests = true;
  /** So long after its start nova-compute takes guests it does not find for stopped by their users. */
  powerSyncMs: number | null = null;
  /** What `GET /servers/…/diagnostics` answers instead, by VM. */
  readonly diagnostics = new Map<string, Pick<CloudFailure, 'code' | 'status' | 'detail'>>();
  /** VMs of hard reboots that nova took, in order, and whether they ran then: that must never be. */
  readonly reboots: { readonly vm: string; readonly atMs: number; readonly ran: boolean }[] = [];
  /** Starts in place that come to nothing. */
  readonly rebootFails = new Set<string>();

  private readonly clock: VirtualClock;
  private readonly compute: Compute;

  constructor(clock: VirtualClock, compute: Compute) {
    this.clock = clock;
    this.compute = compute;
  }

  addHost(host: string): void {
    const service = { host, reportedMs: 0, forcedDown: false };
    this.services.set(host, service);
    const report = (): void => {
      if (this.compute.reports(host)) service.reportedMs = this.clock.now;
      this.clock.after(REPORT_MS, report);
    };
    this.clock.after(this.services.size * 1_300, report);
  }

  addServer(vm: string, host: string, more: Partial<Server> = {}): void {
    const flavor = { name: 'small', vcpus: 1, memoryMib: 512, diskGib: 1, extraSpecs: {} };
    const state = { status: 'ACTIVE', vmState: 'active', taskState: null, powerState: 1 };
    const home = { name: `name of ${vm}`, projectId: 'p', host, zone: 'nova' };
    this.servers.set(vm, {
      vm,
      ...home,
      ...state,
      locked: false,
      bootedFromVolume: true,
      metadata: {},
      flavor,
      ...more,
    });
    this.compute.startGuest(vm, host);
  }

  /** Null: no answer, ever. */
  perform(call: CloudCall): CloudAnswer | null {
    const fail: Fail = (code, detail, status) => {
      const failure = { code, service: 'nova' as const, status: status ?? null, requestId: null, detail };
      return { call: call.call, ok: false, failure };
    };
    if (!this.up) return fail('unreachable', 'connection refused');
    switch (call.call) {
      case 'list-services':
        return { call: call.call, ok: true, value: [...this.services.values()].map((s) => this.show(s)) };
      case 'force-down':
        return this.forceDown(call.serviceId, call.forcedDown, fail);
      case 'list-servers': {
        const value = [...this.servers.values()].filter(({ host }) => host === call.host);
        return { call: call.call, ok: true, value: value.map((server) => ({ ...server })) };
      }
      case 'get-server': {
        const server = this.servers.get(call.vm);
        if (server === undefined) return fail('not-found', 'no such server', 404);
        return { call: call.call, ok: true, value: { ...server } };
      }
      case 'list-migrations':
        return { call: call.call, ok: true, value: this.newestFirst(({ vm }) => vm === call.vm) };
      case 'list-host-migrations': {
        const ofHost = ({ source, target }: Migration): boolean =>
          source === call.host || target === call.host;
        return { call: call.call, ok: true, value: this.newestFirst(ofHost) };
      }
      case 'list-capacity': {
        const free = { freeVcpus: 100, freeMemoryMib: 100_000, freeDiskGib: 1_000 };
        return {
          call: call.call,
          ok: true,
          value: [...this.services.keys()].map((host) => ({ host, ...free })),
        };
      }
      case 'list-groups':
        return { call: call.call, ok: true, value: this.groups };
      case 'evacuate':
        return this.evacuate(call.vm, call.target, fail);
      case 'guest-state':
        return this.guestState(call.vm, fail);
      case 'hard-reboot':
        return this.hardReboot(call.vm, fail);
    }
  }

  private newestFirst(wanted: (row: Migration) => boolean): readonly Migration[] {
    return this.rows
      .filter(wanted)
      .map((row) => ({ ...row }))
      .reverse();
  }

  /**
   * nova-compute of a host starts: it destroys what was evacuated, completes the records and resumes the rest. A VM of
   * such a record it leaves as it is, wherever nova places it.
   */
  computeStarted(host: string): void {
    const evacuated = new Set<string>();
    for (const row of this.rows) {
      if (row.source !== host || !['accepted', 'pre-migrating', 'done'].includes(row.status)) continue;
      row.status = 'completed';
      evacuated.add(row.vm);
      this.compute.stopGuest(row.vm, host);
    }
    for (const server of this.servers.values()) {
      if (server.host !== host || evacuated.has(server.vm)) continue;
      if (server.taskState === null) {
        if (this.resumeGuests && server.vmState === 'active') this.compute.startGuest(server.vm, host);
      } else if (server.taskState === 'rebooting_hard') this.startAnew(server);
      else Object.assign(server, { taskState: null, vmState: 'error', status: 'ERROR' });
    }
    if (this.powerSyncMs !== null) this.clock.after(this.powerSyncMs, () => this.syncPower(host));
  }

  /** As an administrator does it by `openstack server set --state active`. */
  resetState(vm: string): void {
    const server = this.servers.get(vm);
    if (server !== undefined) Object.assign(server, { taskState: null, vmState: 'active', status: 'ACTIVE' });
  }

  /** The scheduler finds none: an aggregate, a NUMA topology, a device. */
  noValidHost(id: number): void {
    const row = this.rows.find((one) => one.id === id);
    const server = this.servers.get(row?.vm ?? '');
    if (row === undefined || server === undefined) return;
    row.status = 'error';
    Object.assign(server, { taskState: null, vmState: 'error', status: 'ERROR' });
  }

  private syncPower(host: string): void {
    if (!this.compute.alive(host)) return;
    for (const server of this.servers.values()) {
      const settled = server.host === host && server.vmState === 'active' && server.taskState === null;
      if (settled && !this.compute.runs(server.vm, host))
        Object.assign(server, { vmState: 'stopped', status: 'SHUTOFF', powerState: 4 });
    }
  }

  /** nova-compute answers only of guests that run; of others nova says 409 and names what it has recorded. */
  private guestState(vm: string, fail: Fail): CloudAnswer | null {
    const server = this.servers.get(vm);
    if (server === undefined) return fail('not-found', 'no such server', 404);
    const instead = this.diagnostics.get(vm);
    if (instead !== undefined) return fail(instead.code, instead.detail, instead.status ?? undefined);
    if (!this.compute.alive(server.host)) return null;
    const state = this.compute.runs(vm, server.host) ? 'running' : NOT_RUNNING;
    return { call: 'guest-state', ok: true, value: { state } };
  }

  private hardReboot(vm: string, fail: Fail): CloudAnswer {
    const server = this.servers.get(vm);
    if (server === undefined) return fail('not-found', 'no such server', 404);
    if (server.taskState !== null) return fail('conflict', `task ${server.taskState}`, 409);
    this.reboots.push({ vm, atMs: this.clock.now, ran: this.compute.runs(vm, server.host) });
    server.taskState = 'rebooting_hard';
    this.startAnew(server);
    return { call: 'hard-reboot', ok: true, value: { requestId: null } };
  }

  private startAnew(server: Mutable<Server>): void {
    const { vm, host } = server;
    this.clock.after(1_500, () => {
      if (!this.compute.alive(host) || server.host !== host || server.taskState !== 'rebooting_hard') return;
      const fails = this.rebootFails.has(vm);
      Object.assign(
        server,
        { taskState: null },
        fails
          ? { vmState: 'error', status: 'ERROR' }
          : { vmState: 'active', status: 'ACTIVE', powerState: 1 },
      );
      if (!fails) this.compute.startGuest(vm, host);
    });
  }

  private forceDown(id: string, forcedDown: boolean, fail: Fail): CloudAnswer {
    const service = this.services.get(id);
    if (service === undefined) return fail('not-found', 'no such service', 404);
    if (!forcedDown && this.rows.some((row) => row.source === service.host && row.status === 'done'))
      return fail('bad-request', 'evacuations are not completed', 400);
    service.forcedDown = forcedDown;
    return { call: 'force-down', ok: true, value: this.show(service) };
  }

  private evacuate(vm: string, target: string, fail: Fail): CloudAnswer | null {
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
    this.compute.accepted(row);
    server.taskState = 'rebuilding';
    build(this.clock, this.compute, row, server, () => this.buildMs);
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
