import type { CloudCall } from './recovery/cloud.ts';
import type { OrderOutcome, RestartOrder } from './recovery/orders.ts';
import type { Datagram } from './wire/datagram.ts';
import type {
  AgentAddress,
  HostName,
  IncidentRecord,
  ProbeAnswer,
  SeatBody,
  SlotBody,
  VolumeName,
} from './wire/records.ts';
import type { ProbeTarget, RequestId } from './input.ts';
import type { Report } from './reports/report.ts';
import type { ClusterStatus } from './status.ts';

export type EffectId = number;

/** Answered by an input `result` with that id, or never: the core keeps its own deadline for each. */
interface Asked {
  readonly id: EffectId;
  /** The core waits no longer. What has not begun by then must not: a volume may tell of another master by now. */
  readonly untilMs: number;
}

/** Everything the core can ask for. */
export type Effect =
  | {
      readonly do: 'send';
      readonly to: AgentAddress;
      readonly host: HostName | null;
      readonly datagram: Datagram;
    }
  | (Asked & { readonly do: 'write-body'; readonly volume: VolumeName; readonly body: SlotBody })
  | (Asked & { readonly do: 'write-seat'; readonly volume: VolumeName; readonly body: SeatBody })
  | (Asked & {
      readonly do: 'write-cell';
      readonly volume: VolumeName;
      /** Index of the victim's slot on this volume. */
      readonly slot: number;
      readonly which: 0 | 1;
      readonly record: IncidentRecord;
    })
  | (Asked & {
      readonly do: 'read-volume';
      readonly volume: VolumeName;
      readonly what: readonly ('seats' | 'slots' | 'cells')[];
    })
  /** Have the beat read all slots each beat, or only the seats. */
  | { readonly do: 'watch'; readonly volume: VolumeName; readonly slots: boolean }
  | (Asked & { readonly do: 'probe'; readonly target: ProbeTarget; readonly deadlineMs: number })
  | (Asked & {
      readonly do: 'ask-probe';
      readonly via: { readonly host: HostName; readonly address: AgentAddress };
      readonly target: ProbeTarget;
      readonly deadlineMs: number;
    })
  | (Asked & {
      readonly do: 'cloud';
      readonly call: CloudCall;
      /** With the token that came with this request, or with the agent's own credential. */
      readonly onBehalfOf: RequestId | null;
      readonly deadlineMs: number;
    })
  /** The driver adds the short-lived token. */
  | (Asked & {
      readonly do: 'order';
      readonly to: { readonly host: HostName; readonly address: AgentAddress };
      readonly order: RestartOrder;
      readonly deadlineMs: number;
    })
  /** The order has ended: the token that came with it is not needed any more. */
  | { readonly do: 'forget-token'; readonly onBehalfOf: RequestId }
  | { readonly do: 'answer'; readonly id: RequestId; readonly answer: Answer }
  | { readonly do: 'report'; readonly report: Report }
  /** One line of the journal, machine-readable, `event` first. */
  | { readonly do: 'journal'; readonly event: string; readonly data: Readonly<Record<string, unknown>> }
  /** The core has done what a clean stop needs. */
  | { readonly do: 'stopped' };

export type Answer =
  | { readonly to: 'restart'; readonly outcome: OrderOutcome }
  | { readonly to: 'probe'; readonly answer: ProbeAnswer | null }
  | { readonly to: 'confirm-dead'; readonly ok: boolean; readonly words: string }
  | { readonly to: 'maintenance'; readonly ok: boolean; readonly words: string }
  | { readonly to: 'status'; readonly status: ClusterStatus }
  | { readonly to: 'gate'; readonly open: boolean; readonly words: string };
