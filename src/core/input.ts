import type { CloudAnswer, CloudFailure } from './recovery/cloud.ts';
import type { OrderOutcome, RestartOrder } from './recovery/orders.ts';
import type { CellObservation, SeatObservation, SlotObservation, VolumeEvent } from './wire/observations.ts';
import type { Datagram } from './wire/datagram.ts';
import type { DeclaredMaintenance, HostName, Leaving, ProbeAnswer, VolumeName } from './wire/records.ts';
import type { EffectId } from './effect.ts';

/**
 * Everything the core can be told. `now` is the agent's monotonic clock in milliseconds; it is the only clock the
 * core knows. Results of effects carry the effect's id and may come late, or never.
 */
export type Input = { readonly now: number } & (
  | { readonly kind: 'tick' }
  /** Authenticated and of this cluster; replay is for the core to judge. */
  | { readonly kind: 'datagram'; readonly datagram: Datagram; readonly fromIp: string }
  | { readonly kind: 'volume'; readonly event: VolumeEvent }
  | { readonly kind: 'result'; readonly id: EffectId; readonly result: Result }
  /** A request that came in through the API; answered by the effect `answer` with the same id. */
  | { readonly kind: 'request'; readonly id: RequestId; readonly request: Request }
  /** Stop cleanly: announce it, give back the lease; `stopped` follows as an effect. */
  | { readonly kind: 'stop'; readonly leaving: Leaving }
);

export type RequestId = number;

export type Request =
  | { readonly ask: 'restart'; readonly order: RestartOrder }
  /** The master asks this host to probe another. */
  | { readonly ask: 'probe'; readonly target: ProbeTarget }
  | { readonly ask: 'confirm-dead'; readonly host: HostName; readonly by: string }
  /** Planned work on this host itself; null: it has ended. */
  | { readonly ask: 'maintenance'; readonly declared: DeclaredMaintenance | null }
  | { readonly ask: 'status' }
  /** May nova-compute start on this host? */
  | { readonly ask: 'gate' };

export type ProbeTarget =
  | { readonly host: HostName; readonly ip: string; readonly apiPort: number }
  | { readonly isolation: string };

/** Result of an effect, in the order of effect.ts. */
export type Result =
  | { readonly of: 'write-body'; readonly ok: true; readonly begunMs: number; readonly endedMs: number }
  | {
      readonly of: 'write-seat';
      readonly ok: true;
      readonly begunMs: number;
      readonly writtenMs: number;
      readonly endedMs: number;
      readonly seats: readonly SeatObservation[];
    }
  | { readonly of: 'write-cell'; readonly ok: true }
  | {
      readonly of: 'read-volume';
      readonly ok: true;
      readonly begunMs: number;
      readonly endedMs: number;
      readonly seats: readonly SeatObservation[] | null;
      readonly slots: readonly SlotObservation[] | null;
      readonly cells: readonly CellObservation[] | null;
    }
  | {
      readonly of: 'write-body' | 'write-seat' | 'write-cell' | 'read-volume';
      readonly ok: false;
      readonly volume: VolumeName;
      readonly detail: string;
    }
  /** `null`: it could not be tried, which is not the same as no answer. */
  | { readonly of: 'probe'; readonly answer: ProbeAnswer | null }
  /** `null`: the neighbour itself could not be asked. */
  | { readonly of: 'ask-probe'; readonly answer: ProbeAnswer | null }
  | { readonly of: 'cloud'; readonly answer: CloudAnswer }
  | { readonly of: 'order'; readonly outcome: OrderOutcome }
  /** `surely-not`: the order never reached the slave. `no-answer`: it may have. */
  | {
      readonly of: 'order';
      readonly outcome: null;
      readonly arrived: 'surely-not' | 'no-answer';
      readonly detail: string;
    };

export type { CloudFailure };
