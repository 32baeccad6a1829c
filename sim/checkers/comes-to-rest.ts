/** Liveness: once everything is repaired, incidents end and what should run runs. */
import type { World } from '../world.ts';
import type { Check, Checker } from './check.ts';
import type { Released } from './released.ts';
import { missing } from './wanted.ts';

export function watchComesToRest({ world, released, violate }: Check): Checker {
  return {
    atRest: () => {
      for (const { words, hosts } of restlessness(world, released)) violate(words, { hosts });
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
    ...missing(world, released).map(({ uuid, host, taskState }) => ({
      words: `${uuid} runs nowhere; nova has it on ${host}, task ${taskState}`,
      hosts: host === null ? [] : [host],
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
