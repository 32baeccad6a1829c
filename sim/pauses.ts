/** An agent that is stopped, and goes on. */
import type { Input } from '../src/core/input.ts';
import type { SimHost } from './host.ts';
import type { World } from './world.ts';

export function pauseAgent(world: World, host: SimHost): void {
  if (!host.agent || host.paused !== null) return;
  host.paused = [];
  lapseLater(world, host);
}

/** A lease runs out whether or not its holder is there to notice. */
function lapseLater(world: World, host: SimHost): void {
  const { core, agentLife } = host;
  if (core === null || !host.holdsLease) return;
  const leftMs = core.coordination.lease.remainingMs({ ...core, now: world.localMs(host) });
  world.clock.after(Math.ceil(leftMs / host.clockRate), () => {
    if (host.agentLife !== agentLife || host.paused === null || !host.holdsLease) return;
    // Unless it went on and was stopped again meanwhile.
    const { remainingMs } = core.coordination.lease;
    if (remainingMs({ ...core, now: world.localMs(host) }) <= 0) world.toldLease(host, false);
  });
}

export function resumeAgent(world: World, host: SimHost, timerFirst: boolean): void {
  if (host.frozen) return;
  const { paused: queued, unsent } = host;
  if (queued === null) return;
  Object.assign(host, { paused: null, unsent: [] });
  for (const send of unsent) send();
  const tick: Input = { kind: 'tick', now: world.localMs(host) };
  for (const input of timerFirst ? [tick, ...queued] : queued) world.feed(host, host.agentLife, input);
}
