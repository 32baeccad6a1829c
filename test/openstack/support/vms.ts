/** VMs of a case, and what must be true of them: by nova's own word, and by the files their processes write. */
import assert from 'node:assert/strict';
import {
  disturbances,
  doubles,
  type HostName,
  hostNames,
  type Nova,
  readGuest,
  type Server,
  waitFor,
} from '../rig/index.ts';

export interface Vms {
  /** On the host that something happens to. */
  readonly there: readonly string[];
  /** One on each other host: nothing may happen to them. */
  readonly elsewhere: readonly string[];
}

/** Of a host that has just come back, nova's scheduler may still think that it is away: such servers are made anew. */
const CREATE_ATTEMPTS = 3;

/** `wanted`: how many on each host. One request a look, whatever their number: nova is to build, not to answer. */
const createActive = async (
  nova: Nova,
  wanted: ReadonlyMap<HostName, number>,
): Promise<ReadonlyMap<HostName, readonly string[]>> => {
  const good = new Map([...wanted.keys()].map((host): [HostName, string[]] => [host, []]));
  for (let attempt = 1; attempt <= CREATE_ATTEMPTS; attempt += 1) {
    const made = (
      await Promise.all(
        [...wanted].map(([host, count]) =>
          nova.createServers(count - (good.get(host)?.length ?? 0), host, `on-${host}`),
        ),
      )
    ).flat();
    const servers = await waitFor(
      'servers to be built',
      async () => {
        const seen = (await nova.servers()).filter(({ id }) => made.includes(id));
        return seen.length === made.length && seen.every(isBuilt) && seen;
      },
      { deadlineMs: 120_000, everyMs: 500 },
    );
    for (const { id, status, 'OS-EXT-SRV-ATTR:host': where } of servers) {
      const host = hostNames.find((name) => name === where);
      if (status === 'ACTIVE' && host !== undefined) good.get(host)?.push(id);
      else await nova.deleteServer(id);
    }
    if ([...wanted].every(([host, count]) => good.get(host)?.length === count)) return good;
  }
  throw new Error(`servers could not be built ${CREATE_ATTEMPTS} times`);
};

const isBuilt = ({ status, 'OS-EXT-STS:task_state': task }: Server): boolean =>
  (status === 'ACTIVE' && task === null) || status === 'ERROR';

export const createVms = async (nova: Nova, host: HostName, count: number): Promise<Vms> => {
  const others = hostNames.filter((other) => other !== host);
  const made = await createActive(
    nova,
    new Map([[host, count], ...others.map((other) => [other, 1] as const)]),
  );
  const there = made.get(host) ?? [];
  const elsewhere = others.flatMap((other) => made.get(other) ?? []);
  // A guest tells of itself from its first line on.
  await waitFor(
    'all guests to write',
    async () =>
      (await Promise.all([...there, ...elsewhere].map((id) => readGuest(id)))).every(
        ({ lines }) => lines > 2,
      ),
    { deadlineMs: 20_000 },
  );
  return { there, elsewhere };
};

/** Waits until all are ACTIVE elsewhere; then exactly one row each, and never two writers of any file. */
export const waitRecovered = async (
  nova: Nova,
  ids: readonly string[],
  source: HostName,
  deadlineMs = 120_000,
): Promise<ReadonlyMap<string, number>> => {
  let seen = '';
  await waitFor(
    `${ids.length} VMs of ${source} to be ACTIVE elsewhere`,
    async () => {
      // One request, not one for each: what is measured here is the other requests that nova has to answer.
      const servers = (await nova.servers()).filter(({ id }) => ids.includes(id));
      seen = servers
        .map((server) => `${server.name} ${server.status} ${server['OS-EXT-SRV-ATTR:host']}`)
        .join(', ');
      if (servers.length !== ids.length) return false;
      return servers.every(
        (server) =>
          server.status === 'ACTIVE' &&
          server['OS-EXT-SRV-ATTR:host'] !== source &&
          server['OS-EXT-STS:task_state'] === null,
      );
    },
    { deadlineMs, everyMs: 500, explain: () => seen },
  );
  await expectOneRowEach(nova, ids);
  await expectNoDoubles(ids);
  const servers = (await nova.servers()).filter(({ id }) => ids.includes(id));
  const perHost = new Map<string, number>();
  for (const server of servers) {
    const host = server['OS-EXT-SRV-ATTR:host'] ?? 'none';
    perHost.set(host, (perHost.get(host) ?? 0) + 1);
  }
  return perHost;
};

export const rowsOf = async (nova: Nova, ids: readonly string[]) =>
  (await nova.evacuations()).filter((row) => ids.includes(row.instance_uuid));

export const expectOneRowEach = async (nova: Nova, ids: readonly string[]): Promise<void> => {
  const rows = await rowsOf(nova, ids);
  const told = rows
    .map((row) => `${row.instance_uuid} ${row.status} ${row.source_compute} → ${row.dest_compute}`)
    .join('\n');
  for (const id of ids) {
    assert.equal(
      rows.filter((row) => row.instance_uuid === id).length,
      1,
      `exactly one evacuation of ${id}:\n${told}`,
    );
  }
};

export const expectNoDoubles = async (ids: readonly string[]): Promise<void> => {
  for (const id of ids) assert.deepEqual(doubles(await readGuest(id)), []);
};

/** The same process throughout and no gap, and nova was never asked to move them. */
export const expectUntouched = async (nova: Nova, ids: readonly string[], sinceMs: number): Promise<void> => {
  for (const id of ids) {
    const guest = await readGuest(id, sinceMs);
    assert.deepEqual(disturbances(guest, 2_000), [], `${id} must not be interrupted`);
    assert.ok(guest.lines > 0, `${id} does not write`);
  }
  assert.deepEqual(await rowsOf(nova, ids), [], 'nova was asked to evacuate a VM that must stay');
};

/** All three candidates take their share: no more than one VM between the fullest and the emptiest. */
export const expectSpread = (perHost: ReadonlyMap<string, number>, candidates: number): void => {
  const counts = [...perHost.values()];
  assert.equal(counts.length, candidates, `spread over ${candidates} hosts, not ${[...perHost].join(' ')}`);
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `spread evenly, not ${[...perHost].join(' ')}`);
};
