/** Has nova answer otherwise than the little world's would. */
import type { CloudAnswer, CloudCall } from '../../src/core/recovery/cloud.ts';
import type { World } from './little-world.ts';

type Nova = (call: CloudCall, ask: () => CloudAnswer | null) => CloudAnswer | null;

export function answer(world: World, otherwise: Nova): void {
  const perform = world.nova.perform.bind(world.nova);
  world.nova.perform = (call) => otherwise(call, () => perform(call));
}

/** The master gets no VMs, so that a target can die without it. */
export function spareMaster(world: World): void {
  const master = world.master().name;
  answer(world, (_, ask) => {
    const answered = ask();
    if (answered?.call !== 'list-services' || !answered.ok) return answered;
    const value = answered.value.map((service) =>
      service.host === master ? { ...service, status: 'disabled' as const } : service,
    );
    return { ...answered, value };
  });
}
