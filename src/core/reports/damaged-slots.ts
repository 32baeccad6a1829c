/** The master reports slots that cannot be read: their hosts are unseen there, and a new master has to wait for them. */
import type { Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import { begin, end } from './book.ts';

/** A block read in the middle of its write is whole in the next beat. */
const LASTS_MS = 10_000;
const NAMED_MAX = 8;

export function reportDamagedSlots(core: Core): void {
  for (const volume of core.volumes.values()) reportVolume(core, volume);
}

function reportVolume(core: Core, { name, damagedSlots }: OwnVolume): void {
  const cause = `damaged-slots/${name}`;
  const lasting = [...damagedSlots].filter(([, { sinceMs }]) => core.now - sinceMs >= LASTS_MS);
  if (lasting.length === 0) {
    end(core, cause, `volume ${name}: no slot is damaged any more`);
    return;
  }
  const named = lasting.slice(0, NAMED_MAX).map(([index, { code }]) => `${index} (${code})`);
  const more = lasting.length > NAMED_MAX ? ` and ${lasting.length - NAMED_MAX} more` : '';
  begin(core, cause, {
    severity: 'warning',
    host: null,
    title: `volume ${name}: damaged slots: ${named.join(', ')}${more}`,
    rule: 'A slot that cannot be read tells nothing of its host, and may hold an intent: after a change of master nothing is ordered until that cannot come any more.',
    evidence: { volume: name, slots: lasting.slice(0, NAMED_MAX).map(([index]) => index) },
    advice: `If no host writes them any more, see vigil volume dump: vigil volume free PATH --slot N.`,
  });
}
