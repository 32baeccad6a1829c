/** How nova-compute of a host starts: through Vigil's start gate, tried again and again, as its unit does. */
import type { SimHost } from '../host.ts';
import { isRunning } from '../network.ts';
import type { World } from '../world.ts';

/** From the power button to the unit of nova-compute. */
export const BOOT_MS = 5_000;
const RETRY_MS = 10_000;

export function startComputeLater(world: World, host: SimHost, afterMs: number): void {
  if (host.spec.role === 'control') return;
  const { boot } = host;
  const attempt = host.computeAttempt + 1;
  host.computeAttempt = attempt;
  const mayStart = (): boolean =>
    isRunning(host) && host.boot === boot && !host.compute && host.computeAttempt === attempt;
  const start = (): void => {
    if (!mayStart()) return;
    world.startCompute(host.name);
    if (host.compute) world.events.emit({ event: 'gate-open', host: host.name });
  };
  const tryGate = (): void => {
    if (host.boot !== boot || host.compute || host.computeAttempt !== attempt) return;
    world.clock.after(RETRY_MS, tryGate);
    if (!mayStart()) return;
    world.ask(host.name, { ask: 'gate' }, (answer) => {
      if (answer.to === 'gate' && answer.open) start();
    });
  };
  world.clock.after(afterMs, world.cluster.settings.gate ? tryGate : start);
}
