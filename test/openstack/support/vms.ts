/** VMs of a case, and what must be true of them: by nova's own word, and by the files their processes write. */
import assert from 'node:assert/strict';
import {
  disturbances,
  doubles,
  type HostName,
  hostNames,
  type Nova,
  readGuest,
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

const createActive = async (nova: Nova, count: number, host: HostName, prefix: string): Promise<string[]> => {
  const good: string[] = [];
  for (let attempt = 1; good.length < count && attempt <= CREATE_ATTEMPTS; attempt += 1) {
    const made = await nova.createServers(count - good.length, host, prefix);
    await waitFor(
      `servers on ${host} to be built`,
      async () =>
        (await Promise.all(made.map((id) => nova.server(id)))).every(
          ({ status }) => status === 'ACTIVE' || status === 'ERROR',
        ),
      { deadlineMs: 120_000, everyMs: 500 },
    );
    for (const id of made) {
      if ((await nova.server(id)).status === 'ACTIVE') good.push(id);
      else await nova.deleteServer(id);
    }
  }
  await nova.waitActive(good, 30_000, host);
  assert.equal(good.length, count, `${count} servers on ${host}`);
  return good;
};

export const createVms = async (nova: Nova, host: HostName, count: number): Promise<Vms> => {
  const others = hostNames.filter((other) => other !== host);
  const [there, ...rest] = await Promise.all([
    createActive(nova, count, host, 'vm'),
    ...others.map((other) => createActive(nova, 1, other, `on-${other}`)),
  ]);
  const elsewhere = rest.flat();
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

export interface Recovered {
  readonly firstRowMs: number | null;
  readonly perHost: ReadonlyMap<string, number>;
}

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
  const servers = await Promise.all(ids.map((id) => nova.server(id)));
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
