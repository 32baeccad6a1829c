import { checkTiming, deriveTiming, type Timing } from '../core/timing/timing.ts';
import type { Config } from './schema.ts';
import type { KeyPath } from './positions.ts';
import type { SoundValues } from './sound-values.ts';

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
export function checkRelations(values: SoundValues): readonly Relation[] {
  return [...checkVolumes(values), ...checkProofs(values), ...checkCredential(values), ...checkTimes(values)];
}

function checkVolumes({ volumes }: SoundValues): readonly Relation[] {
  const found: Relation[] = [];
  for (const field of ['name', 'path'] as const) {
    volumes.forEach((volume, index) => {
      const first = volumes.findIndex((other) => other[field] === volume[field]);
      if (volume[field] !== undefined && first !== index) {
        found.push({
          path: ['volumes', index, field],
          problem: `is the same as volumes[${first}].${field}`,
          right: `a ${field} of its own for each volume`,
        });
      }
    });
  }
  // Without volumes, or with a role that is none, the schema has said so, and a count would be a guess.
  const roles = volumes.map(({ role }) => role);
  if (roles.length === 0 || roles.includes(undefined)) return found;
  const leases = roles.filter((role) => role === 'lease').length;
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

function checkProofs({ proofs, sharesInterface }: SoundValues): readonly Relation[] {
  const found: Relation[] = [];
  proofs.forEach((proof, index) => {
    if (proof === undefined) return;
    const path = ['recovery', 'accept_proofs', index];
    if (NOT_IN_THIS_VERSION.has(proof)) {
      const right = 'any of reboot, operator and silence';
      found.push({ path, problem: `names ${proof}, which this version cannot give`, right });
    }
    if (proofs.indexOf(proof) !== index)
      found.push({ path, problem: `names ${proof} twice`, right: 'each proof once' });
    if (proof === 'silence' && sharesInterface === true) {
      const problem =
        'names silence, but recovery.network_and_volumes_share_interface is true: one broken link would silence a living host';
      found.push({ path, problem, right: 'a list without silence, or interfaces that fail apart' });
    }
  });
  return found;
}

function checkCredential({ isEligible, cloud }: SoundValues): readonly Relation[] {
  if (isEligible !== true || cloud !== null) return [];
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

/** The schema takes no value outside its limits; should others not fit together all the same, nothing starts with them. */
function checkTimes({ beatMs, reportIntervalS, openRequestS }: SoundValues): readonly Relation[] {
  if (beatMs === undefined || reportIntervalS === undefined || openRequestS === undefined) return [];
  return checkTiming(deriveTiming(beatMs, reportIntervalS * 1000, openRequestS * 1000)).map((words) => ({
    path: ['timing', 'beat_ms'],
    problem: `is unsafe: ${words}`,
    right: 'a value that keeps this, for example the default',
  }));
}
