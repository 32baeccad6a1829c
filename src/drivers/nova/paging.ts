/** Lists in pages. A list is whole or it is a failure: a part of it must never pass for all of it. */
import type { z } from 'zod';
import type { CloudFailure } from '../../core/recovery/cloud.ts';
import { type Budget, failed, type Outcome, succeed } from '../http/outcome.ts';
import type { NovaClient } from './nova-client.ts';

/** Nova's own largest page by default (`[api] max_limit`). */
export const PAGE_LIMIT = 1000;
/** 50,000 entries: more than any host or VM has; beyond it something is going in circles. */
export const PAGES_MAX = 50;

export interface Page<T> {
  readonly entries: readonly T[];
  /** The `next` link, if nova says that there is more. */
  readonly next: string | null;
}

export interface PagedList<T, D> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<D>;
  page(document: D): Page<T>;
  /** What to ask the next page with, given the last entry and how many have come. */
  after(last: T, count: number): Readonly<Record<string, string>>;
}

export async function readPages<T, D>(
  nova: NovaClient,
  list: PagedList<T, D>,
  budget: Budget,
): Promise<Outcome<readonly T[]>> {
  const entries: T[] = [];
  let position: Readonly<Record<string, string>> = {};
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const query = { ...list.query, limit: String(PAGE_LIMIT), ...position };
    const answer = await nova.read({ method: 'GET', path: list.path, query }, list.schema, budget);
    if (!answer.ok) return answer;
    const page = list.page(answer.value);
    // Not all at once as arguments: a page may be as long as an answer.
    for (const entry of page.entries) entries.push(entry);
    if (page.next === null) return succeed(entries);
    const last = page.entries.at(-1);
    if (last === undefined)
      return failed(incomplete(`${list.path} speaks of another page on one that is empty`));
    const marker = URL.canParse(page.next) ? new URL(page.next).searchParams.get('marker') : null;
    position = marker === null ? list.after(last, entries.length) : { marker };
  }
  return failed(incomplete(`${list.path} has more than ${PAGES_MAX} pages of ${PAGE_LIMIT}`));
}

export function incomplete(detail: string): CloudFailure {
  return { code: 'incomplete', service: 'nova', status: null, requestId: null, detail };
}

interface Link {
  readonly rel: string;
  readonly href: string;
}

export function nextLink(links: readonly Link[] | undefined): string | null {
  return links?.find((link) => link.rel === 'next')?.href ?? null;
}
