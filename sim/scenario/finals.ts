/** How it ended. */
import type { World } from '../world.ts';
import type { Difference } from './compare.ts';
import type { Final } from './expected.ts';
import type { Names } from './names.ts';
import { matchesWord } from './pattern.ts';
import type { Transcript } from './transcript.ts';

export function compareEnd(
  world: World,
  transcript: Transcript,
  names: Names,
  finals: readonly Final[],
): readonly Difference[] {
  return finals.flatMap(({ line, words }) => {
    const found = troubleWith(world, transcript, names, words);
    return found === null ? [] : [{ line, words: `finally ${words.join(' ')}: ${found}` }];
  });
}

/** Null: it is so. Of hosts or VMs that alternatives or `*` name it has to be so for each. */
function troubleWith(
  world: World,
  transcript: Transcript,
  { hosts, vms }: Names,
  words: readonly string[],
): string | null {
  const [first = '', second = '', third = ''] = words;
  const last = words.at(-1) ?? '';
  switch (first) {
    case 'master':
      return is(world.masters()[0]?.name ?? 'nobody', second);
    case 'no-master':
      return is(world.masters()[0]?.name ?? 'nobody', 'nobody');
    case 'verdict':
      return each(hosts, second, (host) => is(transcript.verdict(host) ?? 'none', third));
    case 'no-report':
      return transcript.open.size === 0 ? null : `open: ${[...transcript.open].join(', ')}`;
    case 'nova':
      return each(vms, third, (vm) => is(world.nova.state.servers.get(vm)?.host ?? 'nowhere', last));
    case 'vm':
      return each(vms, second, (vm) => isShown(world, vm, third, words.slice(3).join(' ')));
    default:
      return each(vms, first, (vm) => runs(world, vm, last));
  }
}

function each(
  all: Iterable<string>,
  pattern: string,
  troubleOf: (name: string) => string | null,
): string | null {
  for (const name of all) {
    const trouble = matchesWord(pattern, name) ? troubleOf(name) : null;
    if (trouble !== null) return name === pattern ? trouble : `of ${name}: ${trouble}`;
  }
  return null;
}

const is = (actual: string, expected: string): string | null =>
  matchesWord(expected, actual) ? null : `it is ${actual}`;

function runs(world: World, vm: string, where: string): string | null {
  const places = [...(world.guests.running.get(vm) ?? [])];
  if (places.length === 0) return where === 'nowhere' ? null : 'it runs nowhere';
  if (places.length > 1 || where === 'nowhere') return `it runs on ${places.join(' and ')}`;
  return is(places[0] ?? '', where);
}

function isShown(world: World, vm: string, state: string, reason: string): string | null {
  for (const { vms } of world.masters()[0]?.core?.master?.incidents.values() ?? []) {
    const work = vms.get(vm);
    if (work === undefined) continue;
    const isSo = matchesWord(state, work.state) && (work.reason ?? '').includes(reason);
    return isSo ? null : `it is ${work.state}: ${work.reason ?? 'no reason is given'}`;
  }
  return 'no open incident has it';
}
