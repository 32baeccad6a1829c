/** Liveness: once everything is repaired, incidents end and what should run runs, also when one more host dies then. */
import { serverOf } from '../../src/cloud/model/state.ts';
import type { Report } from '../../src/core/reports/report.ts';
import type { World } from '../world.ts';
import type { Check, Checker } from './check.ts';
import type { Released } from './released.ts';
import { leftBehind } from './left-behind.ts';
import { missing } from './wanted.ts';

export function watchComesToRest({ world, released, violate }: Check): Checker {
  /** VMs that Vigil has evacuated, and not named since with a reason why they do not run. */
  const unnamed = new Set<string>();
  world.events.listen((event) => {
    if (event.event === 'evacuation-accepted' && event.byVigil) unnamed.add(event.row.vm);
    if (event.event === 'guest-started') unnamed.delete(event.vm);
    if (event.event === 'report') for (const vm of namedIn(event.report)) unnamed.delete(vm);
  });
  return {
    oneDead: (victim) => {
      const work = world.masters()[0]?.core?.master?.incidents.get(victim);
      for (const vm of leftBehind(world, released, victim)) {
        const known = work?.vms.get(vm);
        const why = known?.reason ?? work?.hold?.words ?? 'no reason is given';
        violate(
          `${vm} of ${victim}, which is dead, was not recovered: ${known?.state ?? 'unknown'}, ${why}`,
          {
            hosts: [victim],
            vm,
          },
        );
      }
    },
    atRest: () => {
      for (const { words, hosts } of restlessness(world, released)) violate(words, { hosts });
      for (const vm of unnamed) {
        const server = serverOf(world.nova.state, vm);
        if (server?.vmState === 'error')
          violate(`${vm} is in ERROR since Vigil has evacuated it, and nobody was told`, { vm });
      }
    },
  };
}

/** What is not at rest; nothing, once every repair has had its effect. */
export function restlessness(
  world: World,
  released: Released,
): readonly { readonly words: string; readonly hosts: string[] }[] {
  const masters = world.masters();
  if (masters.length !== 1) return [{ words: `${masters.length} masters`, hosts: [] }];
  const { judgements, incidents } = masters[0]?.core?.master ?? {};
  const unjudged = [...world.hosts.keys()].filter(
    (name) => name !== masters[0]?.name && judgements?.has(name) !== true,
  );
  return [
    ...unjudged.map((host) => ({ words: `${host} is not judged`, hosts: [host] })),
    ...[...world.hosts.values()]
      .filter(({ core }) => core !== null && core.ownReboot.unjudged !== null)
      .map(({ name }) => ({ words: `the last boot of ${name} is not seen to`, hosts: [name] })),
    ...missing(world, released).map(({ uuid, host, taskState }) => ({
      words: `${uuid} runs nowhere; nova has it on ${host}, task ${taskState}`,
      hosts: host === null ? [] : [host],
    })),
    ...forcedDown(world).map((host) => ({
      words: `Vigil has forced ${host} down, which lives`,
      hosts: [host],
    })),
    ...[...(incidents ?? [])].map(([host, { record, hold }]) => ({
      words: `the incident of ${host} is ${record.phase}: ${hold?.words ?? 'not held'}`,
      hosts: [host],
    })),
    ...[...(judgements ?? [])]
      .filter(([, { verdict }]) => verdict !== 'online' && verdict !== 'maintenance')
      .map(([host, { verdict }]) => ({ words: `${host} is ${verdict}`, hosts: [host] })),
  ];
}

/** What somebody forces down past Vigil is his to clear. */
function forcedDown({ nova, hosts }: World): readonly string[] {
  return [...nova.state.services.values()]
    .filter(({ host, forcedDown: isDown }) => isDown && !nova.forcedByHand.has(host))
    .flatMap(({ host }) => (hosts.get(host)?.power === true ? [host] : []));
}

function namedIn({ evidence }: Report): readonly string[] {
  const { vms } = evidence;
  if (!Array.isArray(vms)) return [];
  return vms.flatMap(({ vm, reason }) => (typeof vm === 'string' && typeof reason === 'string' ? [vm] : []));
}
