import { checkTiming, deriveTiming, type Timing } from '../core/timing/timing.ts';
import type { Config } from './schema.ts';
import type { KeyPath } from './positions.ts';

export interface Relation {
  readonly path: KeyPath;
  readonly problem: string;
  readonly right: string;
}

const NOT_IN_THIS_VERSION = new Set(['power', 'lease', 'storage']);

export function timingOf(config: Config): Timing {
  const { report_interval_s, open_request_s } = config.openstack;
  return deriveTiming(config.timing.beat_ms, report_interval_s * 1000, open_request_s * 1000);
}

/** What must hold between the values of several keys, and what this version cannot do. */
export function checkRelations(config: Config): readonly Relation[] {
  return [...checkVolumes(config), ...checkProofs(config), ...checkCredential(config), ...checkTimes(config)];
}

function checkVolumes(config: Config): readonly Relation[] {
  const found: Relation[] = [];
  for (const field of ['name', 'path'] as const) {
    config.volumes.forEach((volume, index) => {
      const first = config.volumes.findIndex((other) => other[field] === volume[field]);
      if (first !== index) {
        const problem = `is the same as that of volume ${first + 1}`;
        found.push({
          path: ['volumes', index, field],
          problem,
          right: `a ${field} of its own for each volume`,
        });
      }
    });
  }
  const leases = config.volumes.filter((volume) => volume.role === 'lease').length;
  if (leases !== 1 && leases !== 3) {
    // With two, a majority is both: losing one would lose the lease, so a second adds risk and no safety.
    found.push({
      path: ['volumes'],
      problem: `has ${leases} volumes with role lease`,
      right: '1 or 3 volumes with role lease',
    });
  }
  return found;
}

function checkProofs(config: Config): readonly Relation[] {
  const found: Relation[] = [];
  config.recovery.accept_proofs.forEach((proof, index, all) => {
    const path = ['recovery', 'accept_proofs', index];
    if (NOT_IN_THIS_VERSION.has(proof)) {
      const right = 'any of reboot, operator and silence';
      found.push({ path, problem: `names ${proof}, which this version cannot give`, right });
    }
    if (all.indexOf(proof) !== index)
      found.push({ path, problem: `names ${proof} twice`, right: 'each proof once' });
    if (proof === 'silence' && config.recovery.network_and_volumes_share_interface) {
      const problem =
        'names silence, but recovery.network_and_volumes_share_interface is true: one broken link would silence a living host';
      found.push({ path, problem, right: 'a list without silence, or interfaces that fail apart' });
    }
  });
  return found;
}

function checkCredential(config: Config): readonly Relation[] {
  if (!config.host.eligible || config.openstack.cloud !== null) return [];
  const problem =
    'is missing, and host.eligible is true: a master without a credential could recover nothing';
  return [
    {
      path: ['openstack', 'cloud'],
      problem,
      right: 'the name of an entry of clouds.yaml, or host.eligible: false',
    },
  ];
}

/** An unsafe time is blamed on the key that is unsafe by itself, with the others at their defaults. */
function checkTimes(config: Config): readonly Relation[] {
  const { report_interval_s, open_request_s } = config.openstack;
  const alone: readonly (readonly [KeyPath, Timing])[] = [
    [['timing', 'beat_ms'], deriveTiming(config.timing.beat_ms, 10_000, 120_000)],
    [['openstack', 'report_interval_s'], deriveTiming(1000, report_interval_s * 1000, 120_000)],
    [['openstack', 'open_request_s'], deriveTiming(1000, 10_000, open_request_s * 1000)],
  ];
  return checkTiming(timingOf(config)).map((words) => {
    const blamed = alone.find(([, timing]) => checkTiming(timing).includes(words));
    const path = blamed === undefined ? ['timing', 'beat_ms'] : blamed[0];
    return {
      path,
      problem: `is unsafe: ${words}`,
      right: 'a value that keeps this, for example the default',
    };
  });
}
