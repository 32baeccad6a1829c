/** What the slaves' slots say about evacuations they were about to ask for. */
import { MAX_HOSTS } from '../../evidence/host.ts';
import type { HostName, Intent } from '../../wire/records.ts';

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

  /** Hosts with an open intent for a VM on any of the volumes that count for that host, with the intent. */
  openFor(
    vm: string,
    counts: (host: HostName, volumeUuid: string) => boolean,
  ): readonly { readonly host: HostName; readonly intent: Intent }[] {
    const found = [];
    for (const [host, volumes] of this.readings) {
      for (const [uuid, { intents }] of volumes) {
        if (!counts(host, uuid)) continue;
        const intent = intents.find((candidate) => candidate.vm === vm);
        if (intent !== undefined) {
          found.push({ host, intent });
          break;
        }
      }
    }
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
