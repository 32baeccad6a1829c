/** What the slaves' slots say about evacuations they were about to ask for. */
import { MAX_HOSTS } from '../../evidence/host.ts';
import type { AgentIncarnation, HostName, Intent, OrderedHost, SlotBody } from '../../wire/records.ts';
import type { OpenIntent } from '../port.ts';

/** Whose words they are. */
export type Speaker = Pick<SlotBody, 'agent' | 'continues'>;

interface Reading {
  readonly intents: readonly Intent[];
  /** Begin of the read: whatever was written before is in it. */
  readonly begunMs: number;
  /** Null: its beat was not seen to write what its agent had given it; something older may stand there. */
  readonly living: Speaker | null;
}

export const speaksFor = ({ agent, continues }: Speaker, of: AgentIncarnation): boolean =>
  agent === of || continues === of;

export class IntentBook {
  /** By host, by volume uuid. */
  private readonly readings = new Map<HostName, Map<string, Reading>>();
  /** Hosts whose last slot was freed: when. What they had written still counts for a while. */
  private readonly removedMs = new Map<HostName, number>();

  /** `isLiving`: its beat was seen to write what its agent had given it, and this is its last word. */
  note(
    host: HostName,
    volumeUuid: string,
    { intents, agent, continues }: Speaker & Pick<SlotBody, 'intents'>,
    begunMs: number,
    isLiving: boolean,
  ): void {
    const known = this.readings.get(host) ?? new Map<string, Reading>();
    if (this.readings.size >= MAX_HOSTS && !this.readings.has(host)) return;
    this.readings.set(host, known);
    this.removedMs.delete(host);
    known.set(volumeUuid, { intents, begunMs, living: isLiving ? { agent, continues } : null });
  }

  noteRemoved(host: HostName, now: number): void {
    if (this.readings.has(host)) this.removedMs.set(host, now);
  }

  removedSinceMs(host: HostName): number | null {
    return this.removedMs.get(host) ?? null;
  }

  /**
   * For whom beats of the host that live write, on each of these volumes of which that is known by reads begun since
   * `sinceMs`: a volume that cannot be read any more tells of the past.
   */
  living(host: HostName, sinceMs: number, volumeUuids: readonly string[]): readonly Speaker[] {
    const volumes = this.readings.get(host);
    return volumeUuids.flatMap((uuid) => {
      const reading = volumes?.get(uuid);
      return reading === undefined || reading.begunMs < sinceMs ? [] : (reading.living ?? []);
    });
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

  /**
   * Do beats that live write for this agent of the host, or for one that continues it, that it has no intent for this VM,
   * by reads begun after `sinceMs`, on so many of these volumes? What another one has them write says nothing of that.
   */
  clearSince(
    { host, agent }: OrderedHost,
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
        reading.living !== null &&
        speaksFor(reading.living, agent) &&
        reading.begunMs > sinceMs &&
        !reading.intents.some((intent) => intent.vm === vm)
      );
    });
    return clear.length >= atLeast;
  }
}
