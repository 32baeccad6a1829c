import type { Config } from '../../config/schema.ts';
import { listenAddress } from '../../config/settings.ts';
import type { HostKeys } from '../../drivers/tls/load-keys.ts';
import { findPing } from '../../drivers/probe/ping.ts';
import { createProber } from '../../drivers/probe/probe.ts';
import { fine, type Finding, untried, wrong } from './finding.ts';

const ANSWER_MS = 2_000;

/** Tries each isolation address as the agent would. */
export async function checkNetwork(config: Config, keys: HostKeys | null): Promise<readonly Finding[]> {
  const pingProgram = findPing();
  const ping =
    pingProgram === null
      ? untried('ping', 'not installed: hosts are probed by TCP alone, icmp: addresses not at all')
      : fine('ping', pingProgram);
  const addresses = config.network.isolation_addresses;
  if (addresses.length === 0)
    return [
      ping,
      untried('isolation address', 'none configured: a host alone cannot tell that it is cut off'),
    ];
  if (keys === null) return [ping, untried('isolation address', 'not tried without keys')];
  const prober = createProber({
    cluster: config.cluster.name,
    tls: keys.tls,
    localAddress: listenAddress(config),
    pingProgram,
    kernelAnswersProveLife: true,
    onLimit: () => undefined,
  });
  const answers = addresses.map(async (isolation) => {
    const what = `isolation address ${isolation}`;
    const answer = await prober.probe({ isolation }, ANSWER_MS);
    if (answer === null)
      return wrong(what, 'cannot be tried from here', 'install ping, or correct host.address');
    return answer === 'none'
      ? wrong(what, `no answer within ${ANSWER_MS} ms`, 'choose an address that always answers')
      : fine(what, 'answers');
  });
  return [ping, ...(await Promise.all(answers))];
}
