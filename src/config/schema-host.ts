import { hostname } from 'node:os';
import { z } from 'zod';
import { MAX_ISOLATION_ADDRESSES } from '../core/wire/records.ts';
import { HOST_NAME, HOST_NAME_RIGHT, ip, isIsolationAddress } from './formats.ts';
import { key, path, port, yesNo } from './keys.ts';

export const hostSection = z.strictObject({
  name: key(
    z
      .string()
      .regex(HOST_NAME)
      .default(() => hostname().toLowerCase()),
    {
      description: "Name of this host, the same as nova-compute's `host`.",
      unit: null,
      right: HOST_NAME_RIGHT,
      defaultWords: 'the name of the machine in lower case',
    },
  ),
  address: key(ip, {
    description: 'Address of this host on the management network, told to all others.',
    unit: null,
    right: 'an IPv4 or IPv6 address (no name: resolving it may need what failed)',
  }),
  role: key(z.enum(['compute', 'control']).default('compute'), {
    description: 'compute: has a nova-compute; control: runs no VMs but may be master.',
    unit: null,
    right: 'compute or control',
  }),
  eligible: yesNo(
    true,
    'May become master. Only eligible hosts hold the cloud credential and the cluster key.',
  ),
  failure_domain: key(z.string().min(1).max(63).nullable().default(null), {
    description: 'Rack, room or zone that fails as one; hosts of one domain share its name.',
    unit: null,
    right: 'a name of at most 63 characters, or null',
  }),
  boot_id_file: key(path('').default('/proc/sys/kernel/random/boot_id'), {
    description: "File with the kernel's boot id.",
    unit: null,
    right: 'an absolute path',
  }),
  hardware_uuid_file: key(path('').nullable().default('/sys/class/dmi/id/product_uuid'), {
    description:
      'File with the system UUID of the hardware; told to others, and left out where it cannot be read.',
    unit: null,
    right: 'an absolute path, or null',
  }),
});

export const networkSection = z.strictObject({
  udp_port: port(7410, 'UDP port of the heartbeats.'),
  api_port: port(7411, 'TCP port of the API between agents (mutual TLS).'),
  listen_address: key(ip.nullable().default(null), {
    description: 'Address to listen on and to connect from, where it is not host.address itself.',
    unit: null,
    right: 'an IPv4 or IPv6 address of this host, or null',
    defaultWords: 'host.address',
  }),
  kernel_answers_prove_life: yesNo(
    true,
    "Whether a TCP refusal or ICMP echo from a host's address proves that its kernel lives. Say no only where something else answers in the place of hosts, such as a relay: a frozen agent then looks more like a dead host.",
  ),
  isolation_addresses: key(
    z.array(z.string().refine(isIsolationAddress)).max(MAX_ISOLATION_ADDRESSES).default([]),
    {
      description:
        'Addresses that answer while the network is well, such as gateways; tell isolation from failure.',
      unit: null,
      right: `at most ${MAX_ISOLATION_ADDRESSES} of "icmp:IP" or "tcp:IP:PORT"`,
    },
  ),
});

export const volumeSection = z.strictObject({
  name: key(z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/), {
    description: 'Name of the volume on this host.',
    unit: null,
    right: '1 to 31 of the characters a-z, 0-9 and "-"',
  }),
  path: key(path(''), {
    description: 'File or block device on shared storage, made by `vigil volume init`.',
    unit: null,
    right: 'an absolute path',
  }),
  role: key(z.enum(['lease', 'heartbeat']), {
    description: 'lease: carries the lease and heartbeats (1 or 3 of them); heartbeat: heartbeats only.',
    unit: null,
    right: 'lease or heartbeat',
  }),
});
