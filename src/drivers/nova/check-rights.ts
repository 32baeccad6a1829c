/**
 * Tries each right that Vigil needs, without any effect, and names those that are missing.
 *
 * A right to change something is tried on what does not exist: nova checks the policy first and answers 403 without the
 * right, 404 with it. Evacuate is different: nova looks the server up before the policy (`evacuate.py` `_evacuate`), so
 * it is tried on a real server towards a host that does not exist; the host is looked up before anything is begun.
 * The right to reboot (`os_compute_api:servers:reboot`, any member's by default) cannot be tried without a reboot.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CloudFailure } from '../../core/recovery/cloud.ts';
import { type Budget, failed, type Outcome } from '../http/outcome.ts';
import type { PlacementClient } from '../placement/placement-client.ts';
import type { NovaClient } from './nova-client.ts';

export interface Right {
  /** What it is needed for, in an operator's words. */
  readonly right: string;
  /** The policy rule of nova or placement that grants it. */
  readonly rule: string;
}

export interface RightsReport {
  readonly missing: readonly Right[];
  /** Rights that could not be tried, and why; neither held nor missing. */
  readonly untried: readonly (Right & { readonly why: string })[];
}

type Trial =
  | { readonly kind: 'held' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'untried'; readonly why: string };

const HELD: Trial = { kind: 'held' };
const MISSING: Trial = { kind: 'missing' };
const ANYTHING = z.looseObject({});

const serversSchema = z.object({ servers: z.array(z.looseObject({ id: z.string() })) });
const migrationsSchema = z.object({
  migrations: z.array(
    z.object({
      status: z.string(),
      source_compute: z.string().nullable(),
      dest_compute: z.string().nullable(),
    }),
  ),
});
/** A record in one of these states has had a target chosen, so a null there means it is hidden. */
const STATES_WITH_TARGET = new Set(['pre-migrating', 'done', 'completed', 'running', 'post-migrating']);
const DIAGNOSTICS_MS = 3_000;
const CONFLICT = 409;
const NOT_IMPLEMENTED = 501;
/** Enough recent records to find one with a target. */
const MIGRATIONS_SEEN_MAX = 100;

export async function checkRights(
  nova: NovaClient,
  placement: PlacementClient,
  budget: Budget,
): Promise<RightsReport> {
  const missing: Right[] = [];
  const untried: (Right & { why: string })[] = [];
  const note = (right: string, rule: string, trial: Trial): void => {
    if (trial.kind === 'missing') missing.push({ right, rule });
    if (trial.kind === 'untried') untried.push({ right, rule, why: trial.why });
  };

  const services = await read(nova, '/os-services', { binary: 'nova-compute' }, ANYTHING, budget);
  note('list the compute services', 'os_compute_api:os-services:list', trialOf(services));
  note('force a compute service down', 'os_compute_api:os-services:update', await tryForceDown(nova, budget));

  const servers = await read(
    nova,
    '/servers/detail',
    { all_tenants: '1', limit: '1' },
    serversSchema,
    budget,
  );
  note('list the servers of all projects', 'os_compute_api:servers:detail:get_all_tenants', trialOf(servers));
  const one = servers.ok ? servers.value.servers[0] : undefined;
  const hostShown = one === undefined ? noServer(servers) : 'OS-EXT-SRV-ATTR:host' in one ? HELD : MISSING;
  note('see which host a server is on', 'os_compute_api:os-extended-server-attributes', hostShown);
  note(
    'list the servers of one host',
    'os_compute_api:servers:allow_all_filters',
    one === undefined ? noServer(servers) : await tryHostFilter(nova, budget),
  );
  note(
    'evacuate a server',
    'os_compute_api:os-evacuate',
    one === undefined ? noServer(servers) : await tryEvacuate(nova, one.id, budget),
  );

  note(
    'see whether a guest runs',
    'os_compute_api:os-server-diagnostics',
    one === undefined ? noServer(servers) : await tryDiagnostics(nova, one.id, budget),
  );

  const query = { limit: String(MIGRATIONS_SEEN_MAX) };
  const migrations = await read(nova, '/os-migrations', query, migrationsSchema, budget);
  note('list migration records', 'os_compute_api:os-migrations:index', trialOf(migrations));
  note(
    'see host names in migration records',
    'os_compute_api:os-migrations:index:host',
    hostNames(migrations),
  );

  const groups = await read(
    nova,
    '/os-server-groups',
    { all_projects: 'True', limit: '1' },
    ANYTHING,
    budget,
  );
  note('list the server groups', 'os_compute_api:os-server-groups:index:all_projects', trialOf(groups));

  const providers = await placement.read('/resource_providers', ANYTHING, budget);
  note('list the hosts in placement', 'placement:resource_providers:list', trialOf(providers));
  const candidates = '/allocation_candidates?resources=VCPU:1&limit=1';
  const capacity = await placement.read(candidates, ANYTHING, budget);
  note('read free capacity from placement', 'placement:allocation_candidates:list', trialOf(capacity));
  return { missing, untried };
}

export function describeRight(right: Right): string {
  return `the credential may not ${right.right} (policy rule ${right.rule})`;
}

function read<T>(
  nova: NovaClient,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
  budget: Budget,
): Promise<Outcome<T>> {
  return nova.read({ method: 'GET', path, query }, schema, budget);
}

function trialOf(outcome: Outcome<unknown>): Trial {
  return outcome.ok ? HELD : trialOfFailure(outcome.failure);
}

function trialOfFailure(failure: CloudFailure): Trial {
  if (failure.code === 'forbidden') return MISSING;
  return { kind: 'untried', why: `${failure.service}: ${failure.code}: ${failure.detail}` };
}

function noServer(servers: Outcome<unknown>): Trial {
  if (!servers.ok) return { kind: 'untried', why: 'servers could not be listed' };
  return { kind: 'untried', why: 'the cloud has no server to try it on' };
}

async function tryForceDown(nova: NovaClient, budget: Budget): Promise<Trial> {
  const path = `/os-services/${randomUUID()}`;
  return heldIfNotFound(await nova.send({ method: 'PUT', path, body: { forced_down: true } }, budget));
}

async function tryEvacuate(nova: NovaClient, vm: string, budget: Budget): Promise<Trial> {
  const body = { evacuate: { host: nobodysHost() } };
  const path = `/servers/${encodeURIComponent(vm)}/action`;
  return heldIfNotFound(await nova.send({ method: 'POST', path, body }, budget));
}

/** Whatever the nova-compute answers, the policy was asked before it; a dead one must not eat the time of the rest. */
async function tryDiagnostics(nova: NovaClient, vm: string, budget: Budget): Promise<Trial> {
  const deadlineAtMs = Math.min(budget.deadlineAtMs, performance.now() + DIAGNOSTICS_MS);
  const path = `/servers/${encodeURIComponent(vm)}/diagnostics`;
  const answer = await nova.send({ method: 'GET', path }, { ...budget, deadlineAtMs });
  if (answer.ok || answer.failure.status === CONFLICT || answer.failure.status === NOT_IMPLEMENTED)
    return HELD;
  return trialOfFailure(answer.failure);
}

/** No server is on a host that does not exist; who may not filter by host is given others. */
async function tryHostFilter(nova: NovaClient, budget: Budget): Promise<Trial> {
  const query = { all_tenants: '1', limit: '1', host: nobodysHost() };
  const filtered = await read(nova, '/servers/detail', query, serversSchema, budget);
  if (!filtered.ok) return trialOfFailure(filtered.failure);
  return filtered.value.servers.length === 0 ? HELD : MISSING;
}

function heldIfNotFound(outcome: Outcome<unknown>): Trial {
  const surprise: Outcome<unknown> = outcome.ok ? failed(unexpectedSuccess()) : outcome;
  if (surprise.ok) return HELD;
  return surprise.failure.code === 'not-found' ? HELD : trialOfFailure(surprise.failure);
}

function hostNames(migrations: Outcome<z.infer<typeof migrationsSchema>>): Trial {
  if (!migrations.ok) return { kind: 'untried', why: 'migration records could not be listed' };
  const telling = migrations.value.migrations.filter((record) => STATES_WITH_TARGET.has(record.status));
  if (telling.length === 0) return { kind: 'untried', why: 'the cloud has no migration record to see it on' };
  const shown = telling.some((record) => record.source_compute !== null && record.dest_compute !== null);
  return shown ? HELD : MISSING;
}

/** A name that no host has; 255 characters are allowed. */
function nobodysHost(): string {
  return `vigil-rights-check-${randomUUID()}`;
}

function unexpectedSuccess(): CloudFailure {
  const detail = 'nova accepted a request about something that does not exist';
  return { code: 'unintelligible', service: 'nova', status: null, requestId: null, detail };
}
