import type { Metrics } from '../api/metrics.ts';
import { chooseNeighbours, reachableHosts } from '../core/link/link.ts';
import type { Core } from '../core/state.ts';
import type { ReportSink } from '../drivers/journal/report-sink.ts';
import { createKeepers } from '../drivers/orders/keepers.ts';
import type { PeerClient } from '../drivers/orders/peer-client.ts';

/** Near and far hosts that the master judges to be well. */
export function keepersAmong(core: Core, peers: PeerClient, metrics: Metrics): ReportSink {
  return createKeepers({
    peers,
    choose: () =>
      chooseNeighbours(reachableHosts(core), core.settings.host)
        .filter(({ host }) => core.master?.judgements.get(host)?.verdict === 'online')
        .map(({ host, address: { ip, apiPort } }) => ({ host, ip, apiPort })),
    count: (event) => metrics.report('keepers', event),
  });
}
