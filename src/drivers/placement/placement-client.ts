/** Reads from placement at one fixed microversion. */
import type { z } from 'zod';
import { type Authority, sendAuthorized } from '../http/authorized.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type Budget, type Outcome, readJson } from '../http/outcome.ts';

/** 1.29 (Rocky): allocation candidates tell every resource of every provider in the tree. */
const MICROVERSION = 'placement 1.29';

export interface PlacementClient {
  read<T>(path: string, schema: z.ZodType<T>, budget: Budget): Promise<Outcome<T>>;
}

export function createPlacementClient(
  http: HttpClient,
  authority: Authority,
  endpoint: (budget: Budget) => Promise<Outcome<string>>,
): PlacementClient {
  return {
    async read(path, schema, budget) {
      const url = await endpoint(budget);
      if (!url.ok) return url;
      const request = {
        service: 'placement',
        method: 'GET',
        url: `${url.value}${path}`,
        headers: { 'openstack-api-version': MICROVERSION },
        body: null,
        expected: [200],
      } as const;
      const answer = await sendAuthorized(http, authority, request, budget);
      return answer.ok ? readJson('placement', answer.value, schema) : answer;
    },
  };
}
