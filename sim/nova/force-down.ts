/** nova's flag of a compute service, as Vigil sets and clears it. */
import { forceUpRefused } from '../../src/cloud/model/refusals.ts';
import { type CloudState, touchService } from '../../src/cloud/model/state.ts';
import type { CloudAnswer, CloudCall } from '../../src/core/recovery/cloud.ts';
import type { WorldEvents } from '../events.ts';
import { refused, serviceOf } from './answers.ts';

export function forceDown(
  state: CloudState,
  events: WorldEvents,
  { serviceId, forcedDown }: Extract<CloudCall, { call: 'force-down' }>,
): CloudAnswer {
  const service = [...state.services.values()].find(({ id }) => id === serviceId);
  if (service === undefined) return refused('force-down', 404, `Service ${serviceId} could not be found.`);
  const refusal = forcedDown ? null : forceUpRefused(state, service.host);
  if (refusal !== null) return refused('force-down', refusal.status, refusal.message);
  const changes = service.forcedDown !== forcedDown;
  if (changes) touchService(state, service, { forcedDown });
  if (changes) events.emit({ event: 'forced', host: service.host, down: forcedDown, byVigil: true });
  return { call: 'force-down', ok: true, value: serviceOf(state, service) };
}
