/** Each agent reports its own volumes: nobody else knows as soon that one hangs. */
import { isCatchingUp } from '../evidence/observer.ts';
import type { Core } from '../state.ts';
import { isTakenByNamesake, volumeStatus } from '../volumes.ts';
import { begin, end } from './book.ts';

/** A beat that starts takes some seconds to claim its slot. */
const GRACE_MS = 15_000;

export function reportOwnVolumes(core: Core): void {
  const { host, timing } = core.settings;
  if (isCatchingUp(core.observer, timing, core.now)) return;
  for (const volume of core.volumes.values()) {
    const { state, detail } = volumeStatus(volume, timing.beatMs, core.now);
    // Nothing is wrong, and nothing was.
    if (state === 'ok' && core.reports.open.size === 0) continue;
    const cause = `volume/${host}/${volume.name}`;
    if (isTakenByNamesake(volume, host)) {
      end(core, cause, `${host}: another agent has its name, on volume ${volume.name} too; see name/${host}`);
      continue;
    }
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
          advice:
            state === 'stopped'
              ? 'VMs are left alone. Its slot was freed and taken meanwhile: start its beat anew, to take another.'
              : 'VMs are left alone. Check the storage path of this host; see vigil volume probe.',
        },
        false,
      );
    }
  }
}
