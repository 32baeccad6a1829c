/** What the slaves' slots say about evacuations they were about to ask for. */
import { MAX_HOSTS } from '../../evidence/host.ts';
import type { HostName, Intent } from '../../wire/records.ts';
import type { OpenIntent } from '../port.ts';

interface Reading {
  readonly intents: readonly Intent[];
  /** Begin of the read: whatever was written before is in it. */
  readonly begunMs: number;
}

export class IntentBook {
  /** By host, by volume uuid. */
  private readonly readings = new Map<HostName, Map<string, Reading>>();

  note(host: HostName, volumeUuid: string, intents: readonly Intent[], begunMs: number): void {
    const known = this.readings.get(host) ?? new Map<string, Reading>();
    if (this.readings.size >= MAX_HOSTS && !this.readings.has(host)) return;
    this.readings.set(host, known);
    known.set(volumeUuid, { intents, begunMs });
  }

  /** Each intent that stands on any of the volumes that count for its host; on several of them it is told several times. */
  open(counts: (host: HostName, volumeUuid: string) => boolean): readonly OpenIntent[] {
    const found = [];
    for (const [host, volumes] of this.readings)
      for (const [uuid, { intents }] of volumes)
        if (intents.length > 0 && counts(host, uuid))
          found.push(...intents.map((intent) => ({ host, intent })));
    return found;
  }

  /** Was the host's slot read without an intent for this VM, in reads begun after `sinceMs`, on so many of these volumes? */
  clearSince(
    host: HostName,
    vm: string,
    sinceMs: number,
    volumeUuids: readonly string[],
    atLeast: number,
  ): boolean {
    const volumes = this.readings.get(host);
    const clear = volumeUuids.filter((uuid) => {
      const reading = volumes?.get(uuid);
      return (
        reading !== undefined &&
        reading.begunMs > sinceMs &&
        !reading.intents.some((intent) => intent.vm === vm)
      );
    });
    return clear.length >= atLeast;
  }
}
