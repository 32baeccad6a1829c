/** The service catalogue inside a token: which address a service has in a region, on an interface. */
import { z } from 'zod';

/** As in an order, which hands the address on. */
const URL_CHARACTERS_MAX = 2_048;

export const catalogueSchema = z.array(
  z.object({
    type: z.string(),
    endpoints: z.array(
      z.object({
        interface: z.string(),
        url: z.string().max(URL_CHARACTERS_MAX),
        region: z.string().nullish(),
        region_id: z.string().nullish(),
      }),
    ),
  }),
);

export type Catalogue = z.infer<typeof catalogueSchema>;

export interface EndpointChoice {
  readonly type: 'compute' | 'placement';
  readonly region: string | null;
  readonly interface: string;
}

export type EndpointSearch =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly detail: string };

export function findEndpoint(catalogue: Catalogue, choice: EndpointChoice): EndpointSearch {
  const endpoints = catalogue
    .filter((service) => service.type === choice.type)
    .flatMap((service) => service.endpoints);
  const regionOf = (endpoint: (typeof endpoints)[number]): string =>
    endpoint.region_id ?? endpoint.region ?? '';
  const onInterface = endpoints.filter((endpoint) => endpoint.interface === choice.interface);
  const matching = onInterface.filter(
    (endpoint) => choice.region === null || regionOf(endpoint) === choice.region,
  );
  const regions = new Set(matching.map(regionOf));
  const first = matching[0];
  if (first !== undefined && regions.size === 1) return { ok: true, url: first.url.replace(/\/+$/, '') };
  if (regions.size > 1) {
    const names = [...regions].sort().join(', ');
    return { ok: false, detail: `${choice.type} has several regions (${names}): set region_name` };
  }
  const present = endpoints.map((endpoint) => `${regionOf(endpoint)}/${endpoint.interface}`).sort();
  const wanted = `${choice.region ?? 'any region'}/${choice.interface}`;
  const offer = present.length === 0 ? 'none' : [...new Set(present)].join(', ');
  return { ok: false, detail: `the catalogue has no ${choice.type} endpoint for ${wanted}; it has ${offer}` };
}
