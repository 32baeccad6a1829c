/** Power, kernels and processes. */
import type { SimHost } from '../host.ts';
import { isRunning } from '../network.ts';
import { landLateWrites } from '../beats.ts';
import { startClone, stopClone } from '../clones.ts';
import type { World } from '../world.ts';
import type { HostAction, ProcessAction } from './action.ts';
import { BOOT_MS, startComputeLater } from './gate.ts';

const LEAVING = {
  restart: { why: 'agent-restart', expiresMs: 60_000 },
  reboot: { why: 'reboot', expiresMs: 600_000 },
  shutdown: { why: 'shutdown', expiresMs: null },
} as const;
/** Between the agent's last word and the end of the system. */
const SHUTDOWN_MS = 2_000;

export function actOnHosts(world: World, action: HostAction): void {
  switch (action.do) {
    case 'power-off':
      for (const name of action.hosts) if (world.host(name).power) world.powerOff(name);
      return;
    case 'power-on':
      for (const name of action.hosts) boot(world, name);
      return;
    case 'freeze':
      for (const name of action.hosts) world.freeze(name);
      return;
    case 'thaw':
      for (const name of action.hosts) world.thaw(name);
      return;
    case 'reboot':
      world.powerOff(action.host);
      bootLater(world, action.host, action.forMs);
      return;
    case 'shut-down':
    case 'restart':
      shutDown(world, action);
  }
}

export function boot(world: World, name: string): void {
  const host = world.host(name);
  if (host.power) return;
  world.powerOn(name);
  startComputeLater(world, host, BOOT_MS);
}

function bootLater(world: World, name: string, afterMs: number): void {
  const { boots } = world.host(name);
  world.clock.after(afterMs, () => {
    if (world.host(name).boots === boots) boot(world, name);
  });
}

function shutDown(world: World, action: Extract<HostAction, { readonly do: 'shut-down' | 'restart' }>): void {
  const host = world.host(action.host);
  if (!isRunning(host)) return;
  const { boots } = host;
  // Its beats are stopped once it has ended.
  const forget = world.events.listen((event) => {
    if (event.event !== 'agent-stopped' || event.host !== host.name) return;
    forget();
    world.killBeats(host.name, null);
  });
  stopAgent(world, host, action.do === 'restart' ? 'reboot' : 'shutdown');
  world.clock.after(SHUTDOWN_MS, () => {
    forget();
    if (host.boots !== boots || !host.power) return;
    world.powerOff(host.name);
    if (action.do === 'restart') bootLater(world, host.name, action.forMs);
  });
}

function stopAgent(world: World, host: SimHost, why: keyof typeof LEAVING): void {
  world.feed(host, host.agentLife, { kind: 'stop', now: 0, leaving: LEAVING[why] });
}

export function actOnProcesses(world: World, action: ProcessAction): void {
  if (action.do === 'stop-agent') {
    stopAgent(world, world.host(action.host), action.why);
    return;
  }
  if (action.do === 'api') {
    for (const name of action.hosts)
      if (action.how === 'answers') world.wedged.delete(name);
      else if (world.host(name).agent) world.wedged.add(name);
    return;
  }
  if (action.do === 'late-write-lands') {
    // What has left the host needs it no more.
    for (const name of action.hosts) landLateWrites(world, name);
    return;
  }
  if (action.do === 'clone') {
    for (const name of action.hosts)
      if (action.how === 'starts') startClone(world, name);
      else stopClone(world, name);
    return;
  }
  if (action.do === 'upgrade') {
    for (const name of action.hosts) world.newer.add(name);
    return;
  }
  if (action.do === 'configure') {
    for (const name of action.hosts) world.host(name).beatMs = action.beatMs;
    return;
  }
  for (const name of action.hosts) {
    const host = world.host(name);
    if (!isRunning(host)) continue;
    if (action.do === 'pause-agent') world.pauseAgent(name);
    else if (action.do === 'resume-agent') world.resumeAgent(name);
    else if (action.do === 'kill') kill(world, host, action);
    else start(world, host, action.what);
  }
}

function kill(world: World, host: SimHost, action: Extract<ProcessAction, { readonly do: 'kill' }>): void {
  if (action.what === 'agent') world.killAgent(host.name);
  else if (action.what === 'nova-compute') world.killCompute(host.name);
  else if (host.beats) world.killBeats(host.name, action.lateWriteMs);
}

function start(world: World, host: SimHost, what: 'agent' | 'beats' | 'nova-compute'): void {
  if (what === 'nova-compute') startComputeLater(world, host, 0);
  else if (what === 'agent' && !host.agent) world.startAgent(host.name);
  else if (what === 'beats' && !host.beats) world.startBeats(host.name);
}
