/**
 * Everything that was broken is repaired, as an operator would do it: nothing is known but what is not as it should be. One
 * that is dead may be left so.
 */
import type { Action } from '../actions/action.ts';
import { act } from '../actions/act.ts';
import type { World } from '../world.ts';

export function repair(world: World, dead: string | null = null): void {
  for (const action of repairs(world, dead)) act(world, action);
}

function repairs(world: World, dead: string | null): readonly Action[] {
  const hosts = [...world.hosts.values()];
  const names = hosts.map(({ name }) => name);
  const these = (wanted: (host: (typeof hosts)[number]) => boolean): readonly string[] =>
    hosts.filter(wanted).map(({ name }) => name);
  const some = (list: readonly string[], action: Action): readonly Action[] =>
    list.length > 0 ? [action] : [];
  const frozen = these(({ frozen }) => frozen);
  const dark = these(({ name, power }) => !power && name !== dead);
  const paused = these((host) => host.paused !== null);
  const withoutAgent = these((host) => host.power && !host.agent);
  const withoutBeats = these((host) => host.power && !host.beats);
  const withoutCompute = these((host) => host.power && !host.compute && host.spec.role === 'compute');
  const forcedDown = these(({ name }) => world.nova.forcedByHand.has(name));
  const disabled = these(({ name, spec }) => !spec.disabled && isDisabled(world, name));
  return [
    { do: 'heal-network' },
    { do: 'bus', up: true },
    { do: 'isolation-address', alive: true },
    ...world.volumes.map(({ name }): Action => ({ do: 'volume', volume: name, how: 'heals', hosts: names })),
    { do: 'nova', how: 'up' },
    { do: 'nova', how: 'answers' },
    { do: 'cell', up: true },
    { do: 'api', how: 'answers', hosts: names },
    ...[
      ...world.nova.state.unschedulable,
      ...world.nova.faults.buildFails,
      ...world.nova.faults.startFails,
    ].map((vm): Action => ({ do: 'nova-vm', vm, how: 'heals' })),
    ...rareRepairs(world),
    ...some(frozen, { do: 'thaw', hosts: frozen }),
    ...some(paused, { do: 'resume-agent', hosts: paused }),
    ...some(dark, { do: 'power-on', hosts: dark }),
    ...some(withoutAgent, { do: 'start', what: 'agent', hosts: withoutAgent }),
    ...some(withoutBeats, { do: 'start', what: 'beats', hosts: withoutBeats }),
    ...some(withoutCompute, { do: 'start', what: 'nova-compute', hosts: withoutCompute }),
    ...forcedDown.map((host): Action => ({ do: 'force-up', host })),
    ...disabled.map((host): Action => ({ do: 'enable', host })),
    ...names.map((host): Action => ({ do: 'maintenance', host, what: 'end' })),
  ];
}

/** Of what scenarios alone break. */
function rareRepairs({ clones, nova: { faults, state } }: World): readonly Action[] {
  const cloned = [...clones.values()].filter(({ power }) => power).map(({ name }) => name);
  const unclaimed = [...faults.claimFails];
  const hanging = [...faults.hypervisorHangs];
  return [
    ...(cloned.length > 0 ? [{ do: 'clone', how: 'ends', hosts: cloned } as const] : []),
    ...(unclaimed.length > 0 ? [{ do: 'claims', fail: false, hosts: unclaimed } as const] : []),
    ...(hanging.length > 0 ? [{ do: 'hypervisor', hangs: false, hosts: hanging } as const] : []),
    ...(state.schedulerUp ? [] : [{ do: 'scheduler', up: true } as const]),
  ];
}

function isDisabled(world: World, host: string): boolean {
  return world.nova.state.services.get(host)?.disabled ?? false;
}

/** Done in each round whatever was broken: it tells nothing of what was. */
export const isRoutine = (action: Action): boolean =>
  action.do === 'heal-network' ||
  ((action.do === 'bus' || action.do === 'cell') && action.up) ||
  (action.do === 'isolation-address' && action.alive) ||
  (action.do === 'volume' && action.how === 'heals') ||
  (action.do === 'nova' && (action.how === 'up' || action.how === 'answers')) ||
  (action.do === 'api' && action.how === 'answers') ||
  (action.do === 'maintenance' && action.what === 'end');
