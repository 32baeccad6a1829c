import type { VolumeError } from '../core/wire/observations.ts';
import type { AgentServer } from './agent-server.ts';
import { monotonicMs } from './clock.ts';

/** A beat in which the volume was not touched: the error still holds, and the agent hears that this process lives. */
export function tellNothingRead(
  server: AgentServer,
  counter: number,
  error: VolumeError | null,
  begunMs = monotonicMs(),
): void {
  const connection = server.connection();
  connection?.send({
    kind: 'beat',
    counter,
    begunMs,
    endedMs: monotonicMs(),
    wroteMs: null,
    error,
    seats: null,
    slots: null,
    droppedReadings: connection.droppedReadings(),
  });
}
