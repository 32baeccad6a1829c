/** What an operator asks of Vigil, at the agent of a host. */
import type { World } from '../world.ts';
import type { OperatorAction } from './action.ts';

type Tell = (ok: boolean, words: string) => void;
type Asked = Extract<OperatorAction, { readonly do: 'confirm-dead' | 'maintenance' }>;

const OPERATOR = 'operator';

export function askAgent(world: World, action: Asked): void {
  const { host } = action;
  const ends = action.do === 'maintenance' && action.what === 'end';
  const tell: Tell = (ok, words) =>
    world.events.emit({ event: 'answered', what: action.do, host, ok, words, ends });
  const on = action.do === 'confirm-dead' ? action.on : host;
  if (!world.host(on).agent) {
    tell(false, `no agent on ${on}`);
    return;
  }
  if (action.do === 'confirm-dead') {
    confirm(world, action, tell);
    return;
  }
  const recover = action.what === 'start-recover';
  const declared = ends ? null : { by: OPERATOR, why: null, recover };
  world.ask(on, { ask: 'maintenance', declared }, (answer) => {
    if (answer.to === 'maintenance') tell(answer.ok, answer.words);
  });
}

/** An agent that is not the master hands it on to whom it takes for the master. */
function confirm(world: World, action: Extract<Asked, { readonly do: 'confirm-dead' }>, tell: Tell): void {
  const { host, on, by } = action;
  const asked = world.host(on);
  const known = asked.core?.master === null ? (asked.core.link.master?.host ?? on) : on;
  if (known !== on && !asked.spec.eligible) {
    tell(false, `${on} is not eligible and may not confirm a death`);
    return;
  }
  const master = world.host(known);
  const isWedged = known !== on && world.wedged.has(known);
  if (!world.network.connected(asked, master) || !master.agent || isWedged) {
    tell(false, `master ${known}: no connection`);
    return;
  }
  world.ask(known, { ask: 'confirm-dead', host, by }, (answer) => {
    if (answer.to === 'confirm-dead') tell(answer.ok, answer.words);
  });
}
