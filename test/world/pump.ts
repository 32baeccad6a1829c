/** Drives one core by hand: effects are answered by a script, and time passes in small steps. */
import type { Effect } from '../../src/core/effect.ts';
import type { Result } from '../../src/core/input.ts';
import { start, type Task } from '../../src/core/lib/task.ts';
import { expire, resolve } from '../../src/core/requests.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Core } from '../../src/core/state.ts';
import { createCore, step } from '../../src/core/step.ts';
import type { SlotBody } from '../../src/core/wire/records.ts';
import { settings } from './fixtures.ts';

export type Asked = Extract<Effect, { readonly id: number }>;
/** Null: no answer, ever. */
export type Script = (
  effect: Asked,
  core: Core,
) => { readonly result: Result; readonly afterMs?: number } | null;

const STEP_MS = 50;

/** A core whose volumes are connected; slot and seat 1 are its own. */
export function connectedCore(
  more: Partial<Settings> = {},
  nowMs = 100_000,
  ownBody: SlotBody | null = null,
): Core {
  const core = createCore(settings(more), nowMs);
  const leases = core.settings.volumes.filter(({ lease }) => lease).length === 3 ? 3 : 1;
  for (const { name, lease } of core.settings.volumes) {
    const facts = { format: 1, cluster: 'test', slots: 64, seats: 32, generation: 1 } as const;
    step(core, {
      kind: 'volume',
      now: nowMs,
      event: {
        kind: 'connected',
        volume: name,
        uuid: `uuid-${name}`,
        superblock: {
          ...facts,
          volumeUuid: `uuid-${name}`,
          leaseVolumes: lease ? leases : 0,
          coordination: 'volume',
        },
        slotIndex: 1,
        seatIndex: lease ? 1 : null,
        incarnation: 1,
        ownBody: ownBody === null ? null : { body: ownBody, boot: 'former-boot', given: false },
      },
    });
  }
  core.ownIncident = null;
  core.outbox.splice(0);
  return core;
}

/** Everything the core asked for, oldest first. */
export class Pump {
  readonly effects: Effect[] = [];
  readonly core: Core;
  script: Script;
  private due: { readonly atMs: number; readonly id: number; readonly result: Result }[] = [];

  constructor(core: Core, script: Script) {
    this.core = core;
    this.script = script;
  }

  /** Runs a task to its end; undefined if it has not ended within the time. */
  run<Value>(task: Task<Value>, withinMs: number): Value | undefined {
    const ended: Value[] = [];
    start(
      (function* () {
        ended.push(yield* task);
      })(),
      () => true,
    );
    this.pass(withinMs, () => ended.length > 0);
    return ended[0];
  }

  /** Lets time pass, until the condition holds. */
  pass(forMs: number, until: () => boolean = () => false): void {
    const end = this.core.now + forMs;
    for (;;) {
      this.take();
      if (until() || this.core.now >= end) return;
      this.core.now += STEP_MS;
      const ready = this.due.filter(({ atMs }) => atMs <= this.core.now);
      this.due = this.due.filter(({ atMs }) => atMs > this.core.now);
      for (const { id, result } of ready) resolve(this.core, id, result);
      expire(this.core);
    }
  }

  did<D extends Effect['do']>(what: D): readonly Extract<Effect, { readonly do: D }>[] {
    return this.effects.filter((effect): effect is Extract<Effect, { readonly do: D }> => effect.do === what);
  }

  private take(): void {
    for (const effect of this.core.outbox.splice(0)) {
      this.effects.push(effect);
      if (!('id' in effect) || effect.do === 'answer') continue;
      const answer = this.script(effect, this.core);
      if (answer === null) continue;
      this.due.push({
        atMs: this.core.now + (answer.afterMs ?? STEP_MS),
        id: effect.id,
        result: answer.result,
      });
    }
  }
}
