import type { World } from './little-world.ts';

/** As an operator would: boots the host; nova-compute waits for the gate. */
export function bringBack(world: World, name: string): void {
  const host = world.host(name);
  if (!host.power) world.powerOn(name);
  const { boot } = host;
  const tryGate = (): void => {
    if (!host.power || host.boot !== boot || host.compute) return;
    world.ask(name, { ask: 'gate' }, (answer) => {
      if (answer.to === 'gate' && answer.open && host.power && host.boot === boot && !host.compute)
        world.startCompute(name);
    });
    world.clock.after(2_000, tryGate);
  };
  world.clock.after(5_000, tryGate);
}
