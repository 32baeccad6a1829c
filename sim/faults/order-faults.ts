/** Requests to evacuate that are long on their way, or long about to be sent, while a master looks for what there is. */
import type { Action } from '../actions/action.ts';
import { between, type Drawn, type DrawFault, lengthMs, oneIn, pick, some, type Step } from './fault.ts';

/** From an order to its request, where nothing is slow. */
const CHECKED_MS = 100;

/** Nova takes a little for what is not late. */
const heldMsMax = ({ carriedOutMs }: Drawn): number => carriedOutMs - 2_000;

/**
 * A request arrives at nova right after a new master has read the records, and its slave is done with it before that
 * master has read the rest. The order that follows reaches its slave late.
 */
const requestInTransit: DrawFault = (drawn) => {
  const { random, hosts, vms } = drawn;
  const victim = pick(random, hosts);
  const holdMs = between(random, 20_000, heldMsMax(drawn));
  const slowMs = between(random, 500, 8_000);
  const diesMs = between(random, 100, 5_000);
  const agentBackMs = between(random, 20_000, 60_000);
  const letGoMs = between(random, 1, 500);
  const pausedMs = oneIn(random, 2) ? between(random, 500, 16_000) : null;
  const failing = vms.length === 0 || oneIn(random, 3) ? [] : oneIn(random, 2) ? vms : some(random, vms, 8);
  const build = (how: 'build-fails' | 'heals'): readonly Action[] =>
    failing.map((vm) => ({ do: 'nova-vm', vm, how }));
  const healMs = between(random, 500, 20_000);
  const masterDies = (master: string): readonly Step[] => [
    { afterMs: diesMs, action: { do: 'kill', what: 'agent', hosts: [master], lateWriteMs: null } },
    { afterMs: diesMs + agentBackMs, action: { do: 'start', what: 'agent', hosts: [master] } },
    { afterMs: diesMs, moment: 'new-master', of: null, part: 'itself', steps: () => successor },
  ];
  const successor: readonly Step[] = [
    { afterMs: 0, action: { do: 'nova-slow', call: 'list-capacity', byMs: slowMs } },
    { afterMs: 0, moment: 'listed', of: victim, part: 'itself', steps: () => carriedOut },
    { afterMs: 0, moment: 'order', of: victim, part: 'target', steps: orderIsLate },
  ];
  const carriedOut: readonly Step[] = [
    { afterMs: letGoMs, action: { do: 'nova-lets-go', call: 'evacuate' } },
  ];
  function orderIsLate(target: string): readonly Step[] {
    const resume: Action = { do: 'resume-agent', hosts: [target] };
    return [
      { afterMs: 1, action: { do: 'pause-agent', hosts: [target] } },
      { afterMs: 2, action: { do: 'nova-slow', call: 'list-capacity', byMs: 0 } },
      ...build('heals').map((action) => ({ afterMs: healMs, action })),
      pausedMs === null
        ? {
            afterMs: 2,
            moment: 'order',
            of: victim,
            part: 'source',
            steps: () => [{ afterMs: 1, action: resume }],
          }
        : { afterMs: pausedMs, action: resume },
      { afterMs: 20_000, action: resume },
    ];
  }
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [victim] } },
    { afterMs: 0, action: { do: 'nova-holds', call: 'evacuate', forMs: holdMs } },
    ...build('build-fails').map((action) => ({ afterMs: 0, action })),
    { afterMs: 0, moment: 'order', of: victim, part: 'master', steps: masterDies },
    { afterMs: 150_000, action: { do: 'nova', how: 'answers' } },
    ...build('heals').map((action) => ({ afterMs: 150_000, action })),
    { afterMs: lengthMs(random, 60_000, 300_000), action: { do: 'power-on', hosts: [victim] } },
  ];
};

/** A slave stands still when it has checked everything and sent nothing, and its request is long on its way. */
const pausedBeforeSending: DrawFault = (drawn) => {
  const { random, hosts } = drawn;
  const victim = pick(random, hosts);
  const pausedMs = lengthMs(random, 30_000, 180_000);
  const holdMs = between(random, 1_000, heldMsMax(drawn));
  const letGoMs = between(random, 1_000, heldMsMax(drawn));
  const steps = (slave: string): readonly Step[] => [
    { afterMs: 1, action: { do: 'pause-agent', hosts: [slave] } },
    { afterMs: pausedMs - 10, action: { do: 'nova-holds', call: 'evacuate', forMs: holdMs } },
    { afterMs: pausedMs, action: { do: 'resume-agent', hosts: [slave] } },
    { afterMs: pausedMs + letGoMs, action: { do: 'nova-lets-go', call: 'evacuate' } },
  ];
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [victim] } },
    { afterMs: 0, moment: 'sending', of: null, part: 'itself', steps },
    { afterMs: lengthMs(random, 60_000, 300_000), action: { do: 'power-on', hosts: [victim] } },
  ];
};

/** A slave stands still over what it reads before it asks nova: what it goes on with is old. */
const pausedOverAnOrder: DrawFault = ({ random, hosts }) => {
  const victim = pick(random, hosts);
  const afterMs = between(random, 1, CHECKED_MS);
  const forMs = lengthMs(random, 2_000, 60_000);
  const steps = (slave: string): readonly Step[] => [
    { afterMs, action: { do: 'pause-agent', hosts: [slave] } },
    { afterMs: afterMs + forMs, action: { do: 'resume-agent', hosts: [slave] } },
  ];
  // Half of them go on meanwhile, and show it where the slave has just looked.
  const [begin, end] = oneIn(random, 2)
    ? (['freeze', 'thaw'] as const)
    : (['power-off', 'power-on'] as const);
  return [
    { afterMs: 0, action: { do: begin, hosts: [victim] } },
    { afterMs: 0, moment: 'order', of: null, part: 'target', steps },
    { afterMs: lengthMs(random, 14_000, 200_000), action: { do: end, hosts: [victim] } },
  ];
};

/** Nobody lets it go: it is carried out when it is nearly forgotten, and perhaps whoever sent it is gone. */
const requestStaysOpen: DrawFault = (drawn) => {
  const { random, hosts } = drawn;
  const victim = pick(random, hosts);
  const call = pick(random, ['evacuate', 'evacuate', 'force-down', 'hard-reboot'] as const);
  const forMs = between(random, Math.floor(heldMsMax(drawn) / 2), heldMsMax(drawn));
  const forgets = oneIn(random, 2);
  const downMs = lengthMs(random, 1_000, 120_000);
  // It leaves the agent first.
  const diesMs = between(random, 10, 500);
  const steps = (slave: string): readonly Step[] => [
    { afterMs: diesMs, action: { do: 'kill', what: 'agent', hosts: [slave], lateWriteMs: null } },
    { afterMs: diesMs + downMs, action: { do: 'start', what: 'agent', hosts: [slave] } },
  ];
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [victim] } },
    { afterMs: 0, action: { do: 'nova-holds', call, forMs } },
    ...(forgets ? [{ afterMs: 0, moment: 'sending', of: null, part: 'itself', steps } as const] : []),
    { afterMs: lengthMs(random, 40_000, 300_000), action: { do: 'power-on', hosts: [victim] } },
    { afterMs: lengthMs(random, 90_000, 400_000), action: { do: 'nova', how: 'answers' } },
  ];
};

/** The path to nova breaks under a request that is on its way: the kernel sends it again when whoever asked has given up. */
const requestInTheKernel: DrawFault = (drawn) => {
  const { random, hosts } = drawn;
  const victim = pick(random, hosts);
  const cutMs = between(random, 1_000, 110_000);
  const holdMs = between(random, 0, heldMsMax(drawn));
  const diesMs = oneIn(random, 2) ? between(random, 10, 90_000) : null;
  const downMs = lengthMs(random, 1_000, 120_000);
  const steps = (slave: string): readonly Step[] => [
    // It leaves the agent first, and has not arrived.
    { afterMs: 10, action: { do: 'cut-nova', hosts: [slave] } },
    { afterMs: 10 + cutMs, action: { do: 'heal-nova', hosts: [slave] } },
    ...(diesMs === null
      ? []
      : ([
          { afterMs: diesMs, action: { do: 'kill', what: 'agent', hosts: [slave], lateWriteMs: null } },
          { afterMs: diesMs + downMs, action: { do: 'start', what: 'agent', hosts: [slave] } },
        ] as const)),
  ];
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [victim] } },
    { afterMs: 0, action: { do: 'nova-holds', call: 'evacuate', forMs: holdMs } },
    { afterMs: 0, moment: 'sending', of: null, part: 'itself', steps },
    { afterMs: lengthMs(random, 60_000, 300_000), action: { do: 'power-on', hosts: [victim] } },
    { afterMs: lengthMs(random, 120_000, 400_000), action: { do: 'nova', how: 'answers' } },
  ];
};

export const ORDER_FAULTS = {
  'request-in-transit': requestInTransit,
  'paused-before-sending': pausedBeforeSending,
  'paused-over-an-order': pausedOverAnOrder,
  'request-stays-open': requestStaysOpen,
  'request-in-the-kernel': requestInTheKernel,
} as const;
