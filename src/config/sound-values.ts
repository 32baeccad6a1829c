/** The values that are compared with each other, each read by itself: what is wrong in one place hides nothing elsewhere. */
import { z } from 'zod';
import { configSchema } from './schema.ts';
import { hostSection, volumeSection } from './schema-host.ts';
import { openstackSection, PROOFS, recoverySection, timingSection } from './schema-recovery.ts';

/** Undefined is what the schema has refused already, and what a mistyped key may have been meant to be. */
export interface SoundValues {
  readonly volumes: readonly {
    readonly name: string | undefined;
    readonly path: string | undefined;
    readonly role: 'lease' | 'heartbeat' | undefined;
  }[];
  readonly proofs: readonly ((typeof PROOFS)[number] | undefined)[];
  readonly sharesInterface: boolean | undefined;
  readonly isEligible: boolean | undefined;
  readonly cloud: string | null | undefined;
  readonly beatMs: number | undefined;
  readonly reportIntervalS: number | undefined;
  readonly openRequestS: number | undefined;
}

export function soundValues(root: unknown): SoundValues {
  const sections = keysOf(configSchema, root);
  const host = keysOf(hostSection, sections.raw('host'));
  const recovery = keysOf(recoverySection, sections.raw('recovery'));
  const openstack = keysOf(openstackSection, sections.raw('openstack'));
  const timing = keysOf(timingSection, sections.raw('timing'));
  const ofVolume = volumeSection.shape;
  const ofOpenstack = openstackSection.shape;
  const shared = recoverySection.shape.network_and_volumes_share_interface;
  return {
    volumes: list(sections.raw('volumes')).map((given) => {
      const volume = keysOf(volumeSection, given);
      return {
        name: volume.value('name', ofVolume.name),
        path: volume.value('path', ofVolume.path),
        role: volume.value('role', ofVolume.role),
      };
    }),
    proofs: list(recovery.raw('accept_proofs')).map((proof) => z.enum(PROOFS).safeParse(proof).data),
    sharesInterface: recovery.value('network_and_volumes_share_interface', shared),
    isEligible: host.value('eligible', hostSection.shape.eligible),
    cloud: openstack.value('cloud', ofOpenstack.cloud),
    beatMs: timing.value('beat_ms', timingSection.shape.beat_ms),
    reportIntervalS: openstack.value('report_interval_s', ofOpenstack.report_interval_s),
    openRequestS: openstack.value('open_request_s', ofOpenstack.open_request_s),
  };
}

interface Keys {
  /** What is left out reads as an empty section. */
  readonly raw: (key: string) => unknown;
  readonly value: <Value>(key: string, schema: z.ZodType<Value>) => Value | undefined;
}

function keysOf(section: z.ZodObject, given: unknown): Keys {
  const values = new Map<string, unknown>(isObject(given) ? Object.entries(given) : []);
  const isMistyped = !isObject(given) || [...values.keys()].some((key) => !Object.hasOwn(section.shape, key));
  const isUnknown = (key: string): boolean => isMistyped && !values.has(key);
  return {
    raw: (key) => (isUnknown(key) ? null : (values.get(key) ?? {})),
    value: (key, schema) => (isUnknown(key) ? undefined : schema.safeParse(values.get(key)).data),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
