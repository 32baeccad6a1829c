/** What happens in the world, for whoever watches: checkers, transcripts, the story of a failure. */
import type { Effect } from '../src/core/effect.ts';
import type { Result } from '../src/core/input.ts';
import type { CloudCall, Migration } from '../src/core/recovery/cloud.ts';
import type { IncidentRecord, SeatBody } from '../src/core/wire/records.ts';
import type { Report } from '../src/core/reports/report.ts';
import type { Action } from './actions/action.ts';

export type VolumeEffect = Extract<
  Effect,
  { readonly do: 'write-body' | 'write-seat' | 'write-cell' | 'read-volume' }
>;

export type WorldEvent =
  | { readonly event: 'action'; readonly action: Action }
  | { readonly event: 'report'; readonly by: string; readonly report: Report }
  | {
      readonly event: 'journal';
      readonly by: string;
      readonly name: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
  | { readonly event: 'guest-started' | 'guest-stopped'; readonly vm: string; readonly host: string }
  | { readonly event: 'evacuation-accepted'; readonly row: Migration; readonly byVigil: boolean }
  | {
      readonly event: 'evacuation-refused';
      readonly vm: string;
      readonly detail: string;
      readonly byVigil: boolean;
    }
  /** A call is about to be sent to nova, has arrived there, and has been carried out. */
  | { readonly event: 'nova-sending' | 'nova-asked'; readonly by: string; readonly call: CloudCall }
  | { readonly event: 'nova-performed'; readonly call: CloudCall }
  | {
      readonly event: 'nova-answered';
      readonly by: string;
      /** Of the request, by the agent's own count. */
      readonly id: number;
      readonly call: CloudCall;
      readonly ok: boolean;
    }
  | {
      readonly event: 'forced';
      readonly host: string;
      readonly down: boolean;
      readonly byVigil: boolean;
    }
  | { readonly event: 'rebooted'; readonly vm: string; readonly host: string; readonly ran: boolean }
  | { readonly event: 'lease'; readonly host: string; readonly holds: boolean }
  /** The write of a seat stands on the volume; `begunMs`: when its agent asked for that, by its own clock. */
  | {
      readonly event: 'seat-written';
      readonly host: string;
      readonly volume: string;
      readonly phase: SeatBody['phase'];
      readonly begunMs: number;
    }
  /** A master has decided that this is to stand in the cells of a victim, and asks a beat to write it. */
  | { readonly event: 'record-asked'; readonly by: string; readonly record: IncidentRecord }
  /** A beat has done what its agent asked of it. */
  | {
      readonly event: 'volume-answered';
      readonly by: string;
      readonly asked: VolumeEffect;
      readonly answer: Result;
    }
  /** What dead beats of the host have left on its way has landed, over what was written since. */
  | { readonly event: 'late-write-landed'; readonly host: string; readonly volume: string }
  /** Its host lost power in the middle of writing it. */
  | { readonly event: 'seat-torn'; readonly host: string }
  | { readonly event: 'gate-open'; readonly host: string }
  /** It does not start: what its configuration says is unsafe. */
  | { readonly event: 'agent-started' | 'agent-stopped' | 'agent-refused'; readonly host: string }
  /** nova does not begin the move that its owner asks for. */
  | { readonly event: 'migration-refused'; readonly vm: string }
  | {
      readonly event: 'answered';
      readonly what: 'confirm-dead' | 'maintenance' | 'delete-service' | 'free-slot';
      readonly host: string;
      readonly ok: boolean;
      readonly words: string;
      /** Of maintenance: its end. */
      readonly ends: boolean;
    };

export class WorldEvents {
  private listeners: readonly ((event: WorldEvent) => void)[] = [];

  /** Until what it returns is called. */
  listen(listener: (event: WorldEvent) => void): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  emit(event: WorldEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
