/** VMs that are in a person's hands, by planned work on their host or since nobody else can see to them; until they run. */
import { serverOf } from '../../src/cloud/model/state.ts';
import type { Action } from '../actions/action.ts';
import { isRunning } from '../network.ts';
import type { World } from '../world.ts';
import { LastBoots } from './last-boots.ts';

/** What nova starts only to stop it again is stopped by then. */
const STARTED_MS = 5_000;

/** Records for which nova-compute of their source destroys a guest that it finds (nova/compute/manager.py). */
const NOT_COMPLETED: ReadonlySet<string> = new Set(['accepted', 'pre-migrating', 'done']);

export class Released {
  private readonly vms = new Set<string>();
  /** Stopped by their owners, or told to be stopped: as long as nova says so. Whoever evacuates one starts it for a moment. */
  private readonly stopped = new Set<string>();
  /** Hosts in maintenance whose VMs are not to be recovered. */
  private readonly inMaintenance = new Set<string>();
  private readonly asked = new Map<string, Extract<Action, { readonly do: 'maintenance' }>['what']>();
  /** Hosts that are shutting down: what still starts there goes down with them. */
  private readonly ending = new Set<string>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
    const lastBoots = new LastBoots(world);
    for (const { uuid, vmState } of world.nova.state.servers.values())
      if (vmState === 'stopped') this.stopped.add(uuid);
    world.events.listen((event) => {
      if (event.event === 'agent-started') {
        this.ending.delete(event.host);
        if (lastBoots.isForgotten(event.host)) this.releaseDown(event.host);
      }
      if (event.event === 'guest-started')
        if (this.ending.has(event.host)) this.vms.add(event.vm);
        else this.noteStarted(event.vm);
      if (event.event === 'guest-stopped' && this.isDestroyed(event.vm, event.host)) this.vms.add(event.vm);
      if (event.event === 'action') this.note(event.action);
      // Whoever takes away by hand what lies stopped sees to it.
      if (event.event === 'evacuation-accepted' && !event.byVigil && this.isStopped(event.row.vm))
        this.stopped.add(event.row.vm);
      if (event.event === 'answered' && event.what === 'maintenance' && event.ok)
        this.noteMaintenance(event.host);
      if (event.event === 'report') this.noteToldOf(event.report.evidence['vms']);
    });
  }

  has(vm: string): boolean {
    return this.vms.has(vm) || (this.stopped.has(vm) && this.isStopped(vm));
  }

  private noteStarted(vm: string): void {
    this.vms.delete(vm);
    this.world.clock.after(STARTED_MS, () => {
      if (this.runs(vm) && !this.isStopped(vm)) this.stopped.delete(vm);
    });
  }

  /** nova-compute has destroyed it as it started, since nova shows an evacuation from there, and has placed it there again. */
  private isDestroyed(vm: string, host: string): boolean {
    const { state } = this.world.nova;
    const isDestroying = state.migrations.some(
      ({ instanceUuid, type, source, status }) =>
        instanceUuid === vm && type === 'evacuation' && source === host && NOT_COMPLETED.has(status),
    );
    return isDestroying && serverOf(state, vm)?.host === host && isRunning(this.world.host(host));
  }

  private isStopped(vm: string): boolean {
    return serverOf(this.world.nova.state, vm)?.vmState === 'stopped';
  }

  private note(action: Action): void {
    if (action.do === 'maintenance') {
      this.asked.set(action.host, action.what);
    } else if (
      action.do === 'restart' ||
      action.do === 'shut-down' ||
      (action.do === 'stop-agent' && action.why !== 'restart')
    ) {
      this.release(action.host);
      if (isRunning(this.world.host(action.host))) this.ending.add(action.host);
    }
    // Whoever takes a host out although its incident is open sees to what it ran.
    if (action.do === 'free-slot' && action.force) this.releaseDown(action.host);
    if (action.do === 'power-off') for (const host of action.hosts) this.releaseInMaintenance(host);
    else if (action.do === 'reboot') this.releaseInMaintenance(action.host);
    else if (action.do === 'stop-vm') this.stopped.add(action.vm);
    else if (action.do === 'start-vm') this.stopped.delete(action.vm);
    else if (action.do === 'guest-dies') this.vms.add(action.vm);
    // What lay down while nobody wanted it recovered is not got up for that.
    else if (action.do === 'set-metadata' && !this.runs(action.vm)) this.vms.add(action.vm);
  }

  /** What is asked of an agent that does not run has not happened. */
  private noteMaintenance(host: string): void {
    if (this.asked.get(host) !== 'start') {
      this.inMaintenance.delete(host);
      return;
    }
    this.inMaintenance.add(host);
    // What nova has there and does not run yet is not started either.
    this.releaseDown(host);
  }

  private releaseDown(host: string): void {
    for (const server of this.world.nova.state.servers.values())
      if (server.host === host && !this.world.guests.runs(server.uuid, host)) this.vms.add(server.uuid);
  }

  /** Where nobody but a person can tell what has become of one, a person is told so, by name and with the reason. */
  private noteToldOf(vms: unknown): void {
    if (!Array.isArray(vms)) return;
    for (const { vm, state, reason } of vms)
      if (
        typeof vm === 'string' &&
        state === 'not-recovered' &&
        typeof reason === 'string' &&
        this.isForPerson(vm)
      )
        (this.isStopped(vm) ? this.stopped : this.vms).add(vm);
  }

  /** Whatever is said of it: nova cannot evacuate it, would lose its disk, is at something with it, or does not tell. */
  private isForPerson(vm: string): boolean {
    const { nova, cluster } = this.world;
    const server = serverOf(nova.state, vm);
    if (server === null) return true;
    const isBound = cluster.groups.some(
      ({ policy, members }) => policy === 'affinity' && members.includes(vm),
    );
    const hasLocalDisk = server.imageId !== null && !cluster.settings.sharedStorage;
    const isSpecial = Object.keys(server.flavor.extraSpecs).length > 0;
    const isRefused = nova.faults.refuses.has('guest-state') || nova.faults.refuses.has('hard-reboot');
    // Who stopped it nova does not tell.
    const isLeft = this.isStopped(vm) || server.taskState !== null;
    return isBound || hasLocalDisk || isSpecial || isLeft || isRefused;
  }

  private runs(vm: string): boolean {
    return (this.world.guests.running.get(vm)?.size ?? 0) > 0;
  }

  private releaseInMaintenance(host: string): void {
    if (this.inMaintenance.has(host)) this.release(host);
  }

  private release(host: string): void {
    for (const vm of this.world.guests.on(host)) this.vms.add(vm);
  }
}
