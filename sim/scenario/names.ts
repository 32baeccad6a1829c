/** Names of what there is in a scenario: what is misspelt is found before anything runs. */
import type { Cluster } from '../cluster.ts';
import type { Line } from './line.ts';

/** A host that nobody knows, for whoever commands something of it. */
export const STRANGER = 'stranger';

export const withStranger = (names: Names): Names => ({ ...names, hosts: [...names.hosts, STRANGER] });

export interface Names {
  readonly hosts: readonly string[];
  readonly vms: ReadonlySet<string>;
  readonly volumes: readonly string[];
}

const VOLUMES = ['a', 'b', 'c'];

export const volumesOf = (leaseVolumes: Cluster['leaseVolumes']): readonly string[] =>
  leaseVolumes === 3 ? VOLUMES : VOLUMES.slice(0, 2);

export function hostName(line: Line, { hosts }: Names): string {
  const word = line.next('a host');
  if (word !== '' && !hosts.includes(word)) line.blame(`there is no host ${word}`);
  return word;
}

/** One or more to the end, or to the separator; `all`. */
export function hostNames(line: Line, names: Names, until: (word: string) => boolean = () => false) {
  if (line.has('all')) return names.hosts;
  const found: string[] = [];
  for (let word = line.peek(); word !== null && !until(word); word = line.peek())
    found.push(hostName(line, names));
  if (found.length === 0) line.blame('a host is missing');
  const twice = found.find((host, at) => found.indexOf(host) < at);
  if (twice !== undefined) line.blame(`${twice} is named twice`);
  return found;
}

export function vmName(line: Line, { vms }: Names): string {
  const word = line.next('a VM');
  if (word !== '' && !vms.has(word)) line.blame(`there is no VM ${word}`);
  return word;
}

export function volumeName(line: Line, { volumes }: Names): string {
  const word = line.next(`a volume (${volumes.join(', ')})`);
  if (word === '' || volumes.includes(word)) return word;
  line.blame(`there is no volume ${word}${VOLUMES.includes(word) ? '; say volumes lease=3' : ''}`);
  return word;
}
