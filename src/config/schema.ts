/**
 * The one schema of a host's configuration file. Every key has a description, a unit, a default and words for what
 * would be right; keys are written as in the file, so that nobody has to translate.
 */
import { z } from 'zod';
import { MAX_VOLUMES } from '../core/wire/records.ts';
import { CLUSTER_NAME } from './formats.ts';
import { key, path } from './keys.ts';
import { hostSection, networkSection, volumeSection } from './schema-host.ts';
import { openstackSection, recoverySection, timingSection } from './schema-recovery.ts';
import { metricsSection, reportsSection } from './schema-reports.ts';

/** Sections with a required key; a missing one is read as empty, so that each missing key is named by itself. */
export const REQUIRED_SECTIONS = ['cluster', 'host', 'recovery'] as const;

export const configSchema = z.strictObject({
  cluster: z.strictObject({
    name: key(z.string().regex(CLUSTER_NAME), {
      description: 'Name of the cluster, the same on all its hosts, volumes and certificates.',
      unit: null,
      right: '1 to 63 of the characters A-Z, a-z, 0-9, ".", "_" and "-"',
    }),
  }),
  host: hostSection,
  network: networkSection.prefault({}),
  volumes: key(z.array(volumeSection).min(1).max(MAX_VOLUMES), {
    description: 'Heartbeat volumes of the cluster.',
    unit: null,
    right: `a list of 1 to ${MAX_VOLUMES} volumes, each with name, path and role`,
  }),
  keys: z
    .strictObject({
      directory: key(path('').default('/etc/vigil/keys'), {
        description:
          'Folder with ca.crt, host.crt, host.key, host.secret and, on eligible hosts, cluster.secret.',
        unit: null,
        right: 'an absolute path',
      }),
    })
    .prefault({}),
  runtime_directory: key(path('').default('/run/vigil'), {
    description: 'Folder of the sockets.',
    unit: null,
    right: 'an absolute path',
  }),
  state_directory: key(path('').default('/var/lib/vigil'), {
    description: 'Folder of the journal.',
    unit: null,
    right: 'an absolute path',
  }),
  recovery: recoverySection,
  openstack: openstackSection.prefault({}),
  timing: timingSection.prefault({}),
  reports: reportsSection.prefault({}),
  metrics: metricsSection.prefault({}),
});

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

export type Config = Frozen<z.infer<typeof configSchema>>;
