/** Power, kernels and processes. */
import { between, type DrawFault, fromTo, lengthMs, oneIn, pick, some, type Step } from './fault.ts';

const powerLoss: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return fromTo({ do: 'power-off', hosts: [host] }, lengthMs(random, 20_000, 300_000), {
    do: 'power-on',
    hosts: [host],
  });
};

/** For good, as far as its VMs are concerned: they are to be evacuated before it is back. */
const hostDies: DrawFault = ({ random, hosts, homes }) => {
  const host = pick(random, homes.length === 0 || oneIn(random, 5) ? hosts : homes);
  return fromTo({ do: 'power-off', hosts: [host] }, lengthMs(random, 60_000, 600_000), {
    do: 'power-on',
    hosts: [host],
  });
};

const fastReboot: DrawFault = ({ random, hosts }) => [
  { afterMs: 0, action: { do: 'reboot', host: pick(random, hosts), forMs: between(random, 1_000, 25_000) } },
];

/** Nobody is spared: a rack, a room, a site. */
const manyLosePower: DrawFault = ({ random, hosts }) => {
  const dark = oneIn(random, 3) ? hosts : some(random, hosts, hosts.length);
  return fromTo({ do: 'power-off', hosts: dark }, lengthMs(random, 10_000, 600_000), {
    do: 'power-on',
    hosts: dark,
  });
};

const freeze: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return fromTo({ do: 'freeze', hosts: [host] }, lengthMs(random, 1_500, 90_000), {
    do: 'thaw',
    hosts: [host],
  });
};

const agentDies: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return fromTo(
    { do: 'kill', what: 'agent', hosts: [host], lateWriteMs: null },
    lengthMs(random, 500, 60_000),
    { do: 'start', what: 'agent', hosts: [host] },
  );
};

const agentStops: DrawFault = ({ random, hosts }) => {
  const names = some(random, hosts, 2);
  return fromTo({ do: 'pause-agent', hosts: names }, lengthMs(random, 1_500, 60_000), {
    do: 'resume-agent',
    hosts: names,
  });
};

const beatsDie: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  const lateWriteMs = oneIn(random, 2) ? between(random, 100, 20_000) : null;
  return fromTo({ do: 'kill', what: 'beats', hosts: [host], lateWriteMs }, lengthMs(random, 1_000, 60_000), {
    do: 'start',
    what: 'beats',
    hosts: [host],
  });
};

const computeDies: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return fromTo(
    { do: 'kill', what: 'nova-compute', hosts: [host], lateWriteMs: null },
    lengthMs(random, 2_000, 180_000),
    { do: 'start', what: 'nova-compute', hosts: [host] },
  );
};

const upgrade: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return fromTo({ do: 'stop-agent', host, why: 'restart' }, between(random, 1_000, 90_000), {
    do: 'start',
    what: 'agent',
    hosts: [host],
  });
};

/** Announced: nothing is recovered, unless somebody says that it is dead. */
const shutDown: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  return [
    { afterMs: 0, action: { do: 'shut-down', host } },
    { afterMs: lengthMs(random, 20_000, 700_000), action: { do: 'power-on', hosts: [host] } },
  ];
};

/** What was announced does not come, or comes as a loss of power. */
const stopsWithReason: DrawFault = ({ random, hosts }) => {
  const host = pick(random, hosts);
  const why = pick(random, ['restart', 'reboot', 'shutdown'] as const);
  const forMs = lengthMs(random, 5_000, 700_000);
  const stop: Step = { afterMs: 0, action: { do: 'stop-agent', host, why } };
  if (oneIn(random, 2))
    return [stop, { afterMs: forMs, action: { do: 'start', what: 'agent', hosts: [host] } }];
  const goneMs = between(random, 500, 90_000);
  return [
    stop,
    { afterMs: goneMs, action: { do: 'power-off', hosts: [host] } },
    { afterMs: goneMs + forMs, action: { do: 'power-on', hosts: [host] } },
  ];
};

const apiHangs: DrawFault = ({ random, hosts }) => {
  const names = some(random, hosts, oneIn(random, 3) ? hosts.length : 1);
  return fromTo({ do: 'api', how: 'hangs', hosts: names }, lengthMs(random, 10_000, 400_000), {
    do: 'api',
    how: 'answers',
    hosts: names,
  });
};

const plannedReboot: DrawFault = ({ random, hosts }) => [
  {
    afterMs: 0,
    action: { do: 'restart', host: pick(random, hosts), forMs: lengthMs(random, 10_000, 700_000) },
  },
];

export const HOST_FAULTS = {
  'power-loss': powerLoss,
  'host-dies': hostDies,
  'fast-reboot': fastReboot,
  'many-lose-power': manyLosePower,
  freeze,
  'agent-dies': agentDies,
  'agent-stops': agentStops,
  'beats-die': beatsDie,
  'nova-compute-dies': computeDies,
  upgrade,
  'planned-reboot': plannedReboot,
  'shut-down': shutDown,
  'stops-with-reason': stopsWithReason,
  'api-hangs': apiHangs,
} as const;
