/** A cluster in which nothing has happened yet: the first eligible host is master and every other is online. */
import { type Cluster, isMemberAtFirst } from '../cluster.ts';
import { World } from '../world.ts';

/** The others come to an election that is decided. */
const LATER_BEATS = 5;
const SETTLED_BEATS = 180;
/** And then nothing changes any more. */
const REST_BEATS = 15;

export type Settled =
  | { readonly ok: true; readonly world: World }
  | { readonly ok: false; readonly words: string };

export function settle(cluster: Cluster): Settled {
  const world = new World(cluster);
  if (cluster.cold) return { ok: true, world };
  const { beatMs } = world.timing;
  const members = cluster.hosts.filter(isMemberAtFirst);
  const first = members.find(({ eligible }) => eligible)?.name;
  for (const { name, eligible } of members) {
    if (name === first || !eligible) continue;
    world.killAgent(name);
    world.clock.after(LATER_BEATS * beatMs, () => world.startAgent(name));
  }
  for (let beats = 0; beats < SETTLED_BEATS; beats += 1) {
    world.run(beatMs);
    if (!isSettled(world)) continue;
    world.run(REST_BEATS * beatMs);
    if (isSettled(world)) return { ok: true, world };
  }
  return { ok: false, words: `the cluster does not settle: ${whatIsNot(world)}` };
}

const isSettled = (world: World): boolean => whatIsNot(world) === '';

function whatIsNot(world: World): string {
  const [master] = world.masters();
  if (master === undefined) return 'it has no master';
  const { judgements } = master.core?.master ?? {};
  const others = [...world.hosts]
    .flatMap(([name, { spec }]) => (isMemberAtFirst(spec) ? [name] : []))
    .filter((name) => name !== master.name && judgements?.get(name)?.verdict !== 'online');
  return others.map((name) => `${name} is ${judgements?.get(name)?.verdict ?? 'not judged'}`).join(', ');
}
