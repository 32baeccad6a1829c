/** nova's application: the version document and everything below /v2.1. */
import { Hono } from 'hono';
import { guestRoutes } from './nova-guests.ts';
import { migrationRoutes } from './nova-migrations.ts';
import { miscRoutes } from './nova-misc.ts';
import { fault, novaRequest, type NovaVariables } from './nova-request.ts';
import { serverRoutes } from './nova-servers.ts';
import { serviceRoutes } from './nova-services.ts';
import type { CloudState } from './model/state.ts';

export function novaApp(state: CloudState): Hono<{ Variables: NovaVariables }> {
  const app = new Hono<{ Variables: NovaVariables }>();
  const version = {
    id: 'v2.1',
    status: 'CURRENT',
    version: state.options.maxMicroversion,
    min_version: '2.1',
    updated: '2013-07-23T11:33:21Z',
    links: [],
  };
  app.get('/', (context) => context.json({ versions: [version] }));
  for (const path of ['/v2.1', '/v2.1/']) app.get(path, (context) => context.json({ version }));

  const api = new Hono<{ Variables: NovaVariables }>();
  api.use(novaRequest(state));
  serverRoutes(api, state);
  guestRoutes(api, state);
  serviceRoutes(api, state);
  migrationRoutes(api, state);
  miscRoutes(api, state);
  api.all('*', (context) => fault(context, 404, 'The resource could not be found.'));
  app.route('/v2.1', api);
  return app;
}
