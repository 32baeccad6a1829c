/** Each agent reports its own volumes: nobody else knows as soon that one hangs. */
import type { Core } from '../state.ts';
import { volumeStatus } from '../volumes.ts';
import { begin, end } from './book.ts';

/** A beat that starts takes some seconds to claim its slot. */
const GRACE_MS = 15_000;

export function reportOwnVolumes(core: Core): void {
  const { host, timing } = core.settings;
  for (const volume of core.volumes.values()) {
    const { state, detail } = volumeStatus(volume, timing.beatMs, core.now);
    const cause = `volume/${host}/${volume.name}`;
    if (state === 'ok') {
      end(core, cause, `${host} writes to volume ${volume.name} again`);
    } else if (volume.readingMs !== null || core.now - (core.link.sinceMs ?? core.now) > GRACE_MS) {
      begin(
        core,
        cause,
        {
          severity: 'warning',
          host,
          title: `${host}: volume ${volume.name} is ${state}`,
          rule: detail,
          evidence: { volume: volume.name, state },
          advice: 'VMs are left alone. Check the storage path of this host; see vigil volume probe.',
        },
        false,
      );
    }
  }
}
