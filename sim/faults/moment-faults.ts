/** The worst moments: in the middle of an evacuation, right after a declaration, when a master has just begun. */
import type { Action } from '../actions/action.ts';
import type { Moment } from '../actions/moments.ts';
import { between, type Drawn, type DrawFault, lengthMs, type Part, pick, type Step } from './fault.ts';

type Act = (host: string) => { readonly begin: Action; readonly end: Action };

const losesPower: Act = (host) => ({
  begin: { do: 'power-off', hosts: [host] },
  end: { do: 'power-on', hosts: [host] },
});
const losesAgent: Act = (host) => ({
  begin: { do: 'kill', what: 'agent', hosts: [host], lateWriteMs: null },
  end: { do: 'start', what: 'agent', hosts: [host] },
});
const isPaused: Act = (host) => ({
  begin: { do: 'pause-agent', hosts: [host] },
  end: { do: 'resume-agent', hosts: [host] },
});
const isCutOff: Act = (host) => ({ begin: { do: 'cut', hosts: [host] }, end: { do: 'heal', hosts: [host] } });
const losesCompute: Act = (host) => ({
  begin: { do: 'kill', what: 'nova-compute', hosts: [host], lateWriteMs: null },
  end: { do: 'start', what: 'nova-compute', hosts: [host] },
});
const freezes: Act = (host) => ({
  begin: { do: 'freeze', hosts: [host] },
  end: { do: 'thaw', hosts: [host] },
});
const returns: Act = (host) => ({
  begin: { do: 'power-on', hosts: [host] },
  end: { do: 'power-on', hosts: [host] },
});

/** A host loses power, and at a moment of its recovery something else happens. */
function during({ random, hosts }: Drawn, moment: Moment, part: Part, act: Act): readonly Step[] {
  const victim = pick(random, hosts);
  const backMs = lengthMs(random, 60_000, 300_000);
  const beginMs = between(random, 0, 6_000);
  const forMs = lengthMs(random, 3_000, 120_000);
  const steps = (host: string): readonly Step[] => {
    const { begin, end } = act(host);
    return [
      { afterMs: beginMs, action: begin },
      { afterMs: beginMs + forMs, action: end },
    ];
  };
  return [
    { afterMs: 0, action: { do: 'power-off', hosts: [victim] } },
    { afterMs: 0, moment, of: null, part, steps },
    { afterMs: backMs, action: { do: 'power-on', hosts: [victim] } },
  ];
}

const MOMENTS = ['evacuation', 'forced-down', 'new-master', 'order'] as const;

const duringRecovery =
  (part: Part, acts: readonly Act[]): DrawFault =>
  (drawn) =>
    during(drawn, pick(drawn.random, MOMENTS), part, pick(drawn.random, acts));

export const MOMENT_FAULTS = {
  'target-in-evacuation': duringRecovery('target', [losesPower, losesAgent, losesCompute, isPaused, freezes]),
  'master-in-recovery': duringRecovery('master', [losesPower, losesAgent, isPaused, isCutOff, freezes]),
  'source-in-evacuation': duringRecovery('source', [returns]),
} as const;
