/** A request of an agent to the simulated nova, and what comes back. */
import type { Effect } from '../src/core/effect.ts';
import type { CloudAnswer } from '../src/core/recovery/cloud.ts';
import type { SimHost } from './host.ts';
import { failed } from './nova/answers.ts';
import type { World } from './world.ts';

/** Each way. */
const NOVA_MS = 40;
/** Of them, until the request has left the agent. */
const SENDING_MS = 5;
/** Of a connection to nova. */
const CONNECT_DEADLINE_MS = 3_000;
/** The kernel sends again what is not acknowledged, each time after twice as long; so often where nobody waits for it. */
const SENT_AGAIN_MS = 200;
const SENT_AGAIN_TIMES = 9;

type AskCloud = Extract<Effect, { readonly do: 'cloud' }>;

/**
 * A request leaves its agent a little later, or when that goes on; its deadline counts from then. Once sent, it is
 * carried out whatever becomes of its sender.
 */
export function askNova(world: World, host: SimHost, life: number, effect: AskCloud): void {
  const leave = (): void => {
    if (host.agentLife !== life || !host.power) return;
    if (host.paused === null) sendToNova(world, host, life, effect);
    else host.unsent.push(leave);
  };
  world.events.emit({ event: 'nova-sending', by: host.name, call: effect.call });
  world.clock.after(SENDING_MS, leave);
}

function sendToNova(world: World, host: SimHost, life: number, { id, call, deadlineMs }: AskCloud): void {
  const { clock, network, nova, events } = world;
  let isOver = false;
  const end = (answer: CloudAnswer): void => {
    if (isOver) return;
    isOver = true;
    events.emit({ event: 'nova-answered', by: host.name, id, call, ok: answer.ok });
    const result = { of: 'cloud' as const, answer };
    world.deliver(host, life, { kind: 'result', now: world.localMs(host), id, result });
  };
  const connectMs = Math.min(CONNECT_DEADLINE_MS, deadlineMs);
  if (!network.reachesNova(host)) {
    clock.after(connectMs, () => end(failed(call.call, 'unreachable', null, 'connect timed out')));
    return;
  }
  clock.after(deadlineMs, () => end(failed(call.call, 'no-answer', null, 'no answer by the deadline')));
  const atNova = (): void => {
    events.emit({ event: 'nova-asked', by: host.name, call });
    nova.ask(call, (answer) =>
      clock.after(NOVA_MS, () => {
        if (network.reachesNova(host)) end(answer);
      }),
    );
  };
  clock.after(NOVA_MS - SENDING_MS, () => arrive(world, host, atNova));
}

/** Once it is handed to the kernel, only that of its host keeps it from arriving; whoever has asked may be gone. */
function arrive({ clock, network }: World, host: SimHost, atNova: () => void): void {
  const { boots } = host;
  const attempt = (times: number): void => {
    if (!host.power || host.boots !== boots) return;
    if (network.reachesNova(host)) atNova();
    else if (times < SENT_AGAIN_TIMES) clock.after(SENT_AGAIN_MS * 2 ** times, () => attempt(times + 1));
  };
  attempt(0);
}
