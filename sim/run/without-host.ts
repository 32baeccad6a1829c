/** A case without one of its hosts: those after it move up, since hosts are named without gaps. */
import type { TimedAction } from '../actions/action.ts';
import type { Cluster } from '../cluster.ts';

interface Played {
  readonly cluster: Cluster;
  readonly script: readonly TimedAction[];
}

/** What was done to the host is left out; null: a VM is on it, or hardly any host would be left. */
export function withoutHost({ cluster, script }: Played, host: string): Played | null {
  const { hosts, servers } = cluster;
  if (hosts.length <= 2 || servers.some((server) => server.host === host)) return null;
  const left = hosts.filter(({ name }) => name !== host);
  const names = new Map<string, string | null>(left.map(({ name }, n) => [name, hosts[n]?.name ?? name]));
  names.set(host, null);
  return {
    cluster: {
      ...cluster,
      hosts: left.map((spec, n) => ({ ...spec, name: hosts[n]?.name ?? spec.name })),
      servers: servers.map((server) => ({ ...server, host: names.get(server.host) ?? server.host })),
    },
    script: script.flatMap(({ atMs, action }) => {
      const renamed = rename(action, names);
      return renamed === null ? [] : [{ atMs, action: renamed }];
    }),
  };
}

/** With other names throughout; null: it names nobody who is left. In a list, the others do. */
function rename<Value>(value: Value, names: ReadonlyMap<string, string | null>): Value | null;
function rename(value: unknown, names: ReadonlyMap<string, string | null>): unknown {
  if (typeof value === 'string') return names.has(value) ? names.get(value) : value;
  if (Array.isArray(value)) {
    const left = value.flatMap((item: unknown) => {
      const renamed = rename(item, names);
      return renamed === null && item !== null ? [] : [renamed];
    });
    return left.length === 0 && value.length > 0 ? null : left;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]: [string, unknown]) => ({
    key,
    field,
    renamed: rename(field, names),
  }));
  if (fields.some(({ field, renamed }) => renamed === null && field !== null)) return null;
  return Object.fromEntries(fields.map(({ key, renamed }) => [key, renamed]));
}
