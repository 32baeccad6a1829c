/** nova's pages: `limit`, `marker` and a link to what follows (`api/openstack/common.py`). */
import type { NovaContext } from './nova-request.ts';

/** nova `[api] max_limit`. */
export const PAGE_LIMIT_MAX = 1000;

export interface CloudPage<T> {
  readonly entries: readonly T[];
  readonly limit: number;
}

/** Null: the marker is unknown. */
export function pageOf<T>(
  all: readonly T[],
  query: Readonly<Record<string, string>>,
  idOf: (entry: T) => string,
): CloudPage<T> | null {
  const asked = Number(query['limit'] ?? PAGE_LIMIT_MAX);
  const limit = Number.isInteger(asked) && asked >= 0 ? Math.min(asked, PAGE_LIMIT_MAX) : PAGE_LIMIT_MAX;
  const marker = query['marker'];
  const position = marker === undefined ? -1 : all.findIndex((entry) => idOf(entry) === marker);
  if (marker !== undefined && position === -1) return null;
  return { entries: all.slice(position + 1, position + 1 + limit), limit };
}

/** A full page has a link, whether or not anything follows. */
export function pageLinks<T>(
  context: NovaContext,
  page: CloudPage<T>,
  idOf: (entry: T) => string,
): readonly unknown[] | null {
  const last = page.entries.at(-1);
  if (last === undefined || page.entries.length < page.limit) return null;
  const url = new URL(context.req.url);
  url.searchParams.set('marker', idOf(last));
  return [{ rel: 'next', href: url.toString() }];
}
