/** The worst moments: what happens in the world at which something else is to happen. */
import type { WorldEvent } from '../events.ts';
import type { World } from '../world.ts';

export const MOMENTS = [
  /** nova accepts an evacuation from the host. */
  'evacuation',
  /** Vigil forces the host down. */
  'forced-down',
  /** The host wins the lease. */
  'new-master',
  /** The master gives an order for a VM of the host. */
  'order',
  /** A claim of the host, a renewal, or that it gives the lease back, stands on a lease volume. */
  'claim',
  'renewal',
  'release',
  /** The host, a master, has written to one of the two cells of a victim on one volume. */
  'record',
  /** The host is about to ask nova to evacuate a VM to it: everything has been checked, nothing has been sent. */
  'sending',
  /** nova has made up its answer to what its records of evacuations from and to the host are. */
  'listed',
] as const;
export type Moment = (typeof MOMENTS)[number];

const PHASES = { claim: 'claiming', renewal: 'holding', release: 'released' } as const;

/** Runs once, at the next such moment of this host, or of any (null); it is told whose it is. */
export function atMoment(
  world: World,
  moment: Moment,
  host: string | null,
  run: (whose: string, event: WorldEvent) => void,
): void {
  const stop = world.events.listen((event) => {
    const whose = hostOf(moment, event);
    if (whose === null || (host !== null && whose !== host)) return;
    stop();
    run(whose, event);
  });
}

/** Whose moment this is; null: it is not that moment. */
function hostOf(moment: Moment, event: WorldEvent): string | null {
  switch (moment) {
    case 'evacuation':
      return event.event === 'evacuation-accepted' ? (event.row.source ?? '') : null;
    case 'forced-down':
      return event.event === 'forced' && event.down && event.byVigil ? event.host : null;
    case 'new-master':
      return event.event === 'lease' && event.holds ? event.host : null;
    case 'order':
      return event.event === 'journal' && event.name === 'order' ? String(event.data['victim']) : null;
    case 'claim':
    case 'renewal':
    case 'release':
      return event.event === 'seat-written' && event.phase === PHASES[moment] ? event.host : null;
    case 'record':
      return event.event === 'volume-answered' && event.asked.do === 'write-cell' ? event.by : null;
    case 'sending':
      return event.event === 'nova-sending' && event.call.call === 'evacuate' ? event.by : null;
    case 'listed':
      return event.event === 'nova-performed' && event.call.call === 'list-host-migrations'
        ? event.call.host
        : null;
  }
}
