/** INV-2: no VM is evacuated whose guest runs on a host that can be heard; where nobody heard it, a bet is lost. */
import type { Check, Checker } from './check.ts';

export function watchSourceAlive({ world, silence, excuses, violate }: Check): Checker {
  world.events.listen((event) => {
    if (event.event !== 'evacuation-accepted' || !event.byVigil) return;
    const { vm, source, target } = event.row;
    if (source === null || !world.guests.runs(vm, source)) return;
    if (excuses.noteEvacuated(vm, source, target)) return;
    const silentMs = silence.silentForMs(source);
    const heard = silentMs === 0 ? 'which can be heard' : `which has been silent for ${silentMs} ms only`;
    violate(`${vm} is evacuated while it runs on ${source}, ${heard}`, { hosts: [source, target], vm });
  });
  return {};
}
