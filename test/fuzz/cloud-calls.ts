/** Each call to a lying cloud, and what must be true of its answer whatever the cloud said. */
import assert from 'node:assert/strict';
import {
  type CloudAnswer,
  type CloudCall,
  type CloudFailure,
  mayStillHappen,
} from '../../src/core/recovery/cloud.ts';
import { createCloud } from '../../src/drivers/nova/cloud-driver.ts';
import { HOST, PASSWORD, SERVICE, TOKEN, VM } from './cloud-samples.ts';
import type { LyingCloud, Seen } from './lying-cloud.ts';
import { FAILURE_CODES } from '../../src/drivers/orders/contract.ts';

export const LISTS: readonly CloudCall[] = [
  { call: 'list-services' },
  { call: 'list-servers', host: HOST },
  { call: 'list-migrations', vm: VM },
  { call: 'list-host-migrations', host: HOST },
  { call: 'list-groups' },
];
export const EFFECTS: readonly CloudCall[] = [
  { call: 'evacuate', vm: VM, target: 'h2' },
  { call: 'hard-reboot', vm: VM },
  { call: 'force-down', serviceId: SERVICE, forcedDown: true },
];
export const CALLS: readonly CloudCall[] = [
  ...LISTS,
  ...EFFECTS,
  { call: 'get-server', vm: VM },
  { call: 'guest-state', vm: VM },
  { call: 'list-capacity' },
];

/** Two lists of 50 pages, and what is asked around them. */
const REQUESTS_MAX = 120;
const CODES: ReadonlySet<CloudFailure['code']> = new Set(FAILURE_CODES);

export async function perform(lying: LyingCloud, call: CloudCall, deadlineMs: number): Promise<CloudAnswer> {
  const cloud = createCloud({ access: lying.access });
  const answer = await cloud.perform(call, deadlineMs, new AbortController().signal);
  await cloud.close();
  return answer;
}

export function expectFailure(failure: CloudFailure): void {
  assert.ok(CODES.has(failure.code), failure.code);
  assert.ok(failure.detail.length <= 1_000, `${failure.detail.length} characters: ${failure.detail}`);
  assert.ok((failure.requestId?.length ?? 0) <= 256, 'a long request id');
  expectNoSecret(failure);
}

export function expectNoSecret(told: unknown): void {
  const text = JSON.stringify(told);
  // A part of one is too much already.
  for (const secret of [PASSWORD, TOKEN]) assert.ok(!text.includes(secret.slice(0, 12)), text);
}

export function expectSound(call: CloudCall, answer: CloudAnswer, seen: readonly Seen[]): void {
  assert.equal(answer.call, call.call);
  assert.ok(seen.length <= REQUESTS_MAX, `${seen.length} requests`);
  if (!answer.ok) expectFailure(answer.failure);
  else {
    const damaged = seen.find(({ isDamaged }) => isDamaged);
    assert.equal(damaged, undefined, `taken for whole: ${damaged?.target.pathname}`);
    expectNumbers(answer.value);
  }
  if (seen.some(({ lie }) => lie?.how === 'raw')) return;
  expectEffectOnce(answer, seen);
  if (answer.ok) expectWholeList(answer, seen);
}

function expectNumbers(value: unknown): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${value}`);
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) expectNumbers(inner);
}

/** Sent once, unless it was refused; and never called surely undone where nova took it, or may have. */
function expectEffectOnce(answer: CloudAnswer, seen: readonly Seen[]): void {
  const effects = seen.filter(
    ({ method, target }) => method !== 'GET' && !target.pathname.startsWith('/identity'),
  );
  for (const { status } of effects.slice(0, -1))
    assert.ok(status === 401 || status === 406, `sent again after ${status}`);
  const last = effects.at(-1);
  if (!EFFECTS.some(({ call }) => call === answer.call)) return assert.equal(last, undefined, 'an effect');
  if (last === undefined) return assert.ok(!answer.ok && !mayStillHappen(answer.failure), 'never sent');
  const isRefused = last.status >= 400 && last.status < 500 && !last.isDamaged;
  if (!answer.ok)
    return assert.equal(mayStillHappen(answer.failure), !isRefused, JSON.stringify(answer.failure));
  assert.ok(last.status === 200 || last.status === 202, `taken after ${last.status}`);
}

const PAGED = {
  'list-services': ['/os-services', 'services', 'id'],
  'list-servers': ['/servers/detail', 'servers', 'vm'],
  'list-migrations': ['/os-migrations', 'migrations', 'id'],
  'list-host-migrations': ['/os-migrations', 'migrations', 'id'],
} as const;

/** Everything on the pages that came is in the list, and the last page does not speak of another. */
function expectWholeList(answer: CloudAnswer & { readonly ok: true }, seen: readonly Seen[]): void {
  const paged = Object.entries(PAGED).find(([call]) => call === answer.call)?.[1];
  if (paged === undefined) return;
  const [path, name, key] = paged;
  const pages = seen.filter(
    ({ target }) =>
      target.pathname.endsWith(path) && target.searchParams.has('binary') === (path === '/os-services'),
  );
  // Of services only the list itself, which is asked for first.
  const own = answer.call === 'list-services' ? pages.slice(-1) : pages;
  const entries = own.flatMap(({ json }) => listOf(json, name));
  assert.ok(Array.isArray(answer.value), 'no list');
  const had: readonly unknown[] = answer.value;
  assert.equal(had.length, entries.length);
  const ids = new Set(had.map((one) => Reflect.get(Object(one), key)));
  for (const entry of entries) assert.ok(ids.has(Reflect.get(Object(entry), 'id')), JSON.stringify(entry));
  const links = listOf(own.at(-1)?.json, `${name}_links`);
  const goesOn = links.some((link) => Reflect.get(Object(link), 'rel') === 'next');
  assert.ok(!goesOn, 'there was another page');
}

function listOf(json: unknown, name: string): readonly unknown[] {
  const list: unknown = Reflect.get(Object(json), name);
  return Array.isArray(list) ? list : [];
}
