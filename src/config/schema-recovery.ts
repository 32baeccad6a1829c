import { z } from 'zod';
import { KERNEL_SENDS_MS } from '../core/recovery/still-sent.ts';
import { BEAT_MS_MAX, BEAT_MS_MIN, NOVA_REPORT_MS_MIN } from '../core/timing/timing.ts';
import { key, path, whole, yesNo } from './keys.ts';

export const PROOFS = ['power', 'lease', 'storage', 'reboot', 'operator', 'silence'] as const;

export const recoverySection = z.strictObject({
  accept_proofs: key(z.array(z.enum(PROOFS)).max(PROOFS.length), {
    description:
      'Proofs of death that suffice to restart VMs elsewhere. No default: choose knowingly. Empty: everything is held.',
    unit: null,
    right: `a list, perhaps empty, of ${PROOFS.join(', ')}`,
  }),
  network_and_volumes_share_interface: yesNo(
    false,
    'Management network and volumes use the same interface or switch; then silence proves nothing.',
  ),
  orders_per_target: whole({ min: 1, max: 8, default: 4 }, null, 'Orders open at once per target host.'),
  protect_by_default: yesNo(true, 'VMs without an `HA_Enabled` entry in their metadata are protected.'),
  shared_storage: yesNo(
    false,
    'The ephemeral disks of all hosts are on shared storage, so that evacuation keeps them.',
  ),
});

export const openstackSection = z.strictObject({
  clouds_file: key(path('').default('/etc/openstack/clouds.yaml'), {
    description: 'clouds.yaml with the credential; read on eligible hosts only.',
    unit: null,
    right: 'an absolute path',
  }),
  cloud: key(z.string().min(1).max(255).nullable().default(null), {
    description: 'Entry of clouds.yaml to use; needed on eligible hosts.',
    unit: null,
    right: 'the name of an entry of clouds.yaml',
  }),
  region: key(z.string().min(1).max(255).nullable().default(null), {
    description: 'Region, where it is not the one in clouds.yaml.',
    unit: null,
    right: 'the name of a region, or null',
    defaultWords: 'as in clouds.yaml',
  }),
  interface: key(z.enum(['public', 'internal', 'admin']).nullable().default(null), {
    description: 'Endpoints to use, where they are not those in clouds.yaml.',
    unit: null,
    right: 'public, internal, admin, or null',
    defaultWords: 'as in clouds.yaml, else public',
  }),
  cacert: key(path('').nullable().default(null), {
    description:
      'Certificate authority of the OpenStack APIs, for hosts that are not eligible and so read no clouds.yaml.',
    unit: null,
    right: 'an absolute path of a PEM file, or null',
    defaultWords: 'the authorities Node.js knows',
  }),
  report_interval_s: whole(
    { min: NOVA_REPORT_MS_MIN / 1000, max: 600, default: 10 },
    's',
    "nova-compute's own `report_interval`.",
  ),
  open_request_s: whole(
    // A shorter one is over while the kernel still sends.
    { min: KERNEL_SENDS_MS / 1000, max: 3600, default: 120 },
    's',
    'How long an unanswered evacuation request may still be carried out: time-outs of proxy and nova together.',
  ),
});

export const timingSection = z.strictObject({
  beat_ms: whole(
    { min: BEAT_MS_MIN, max: BEAT_MS_MAX, default: 1000 },
    'ms',
    'Base of all timing: one heartbeat on each path. A shorter one mistakes delays for silence; with a longer one nova notices a dead host sooner than Vigil.',
  ),
});
