/**
 * Hosts of which somebody has said that they are dead, and a core has accepted it: each for the silence and the life of
 * which it was said, and no further.
 */
import type { World } from '../world.ts';
import type { Silence } from './silence.ts';

/** Until a master has noticed that the host was heard again. */
const LIVED_BEATS = 8;
/** Whoever was asked and has not answered by then died over it, and somebody else acts on nothing that was said to it. */
const ANSWERED_MS = 15_000;

export class GivenWords {
  /** By host: when, and of which boot. */
  private readonly words = new Map<string, { readonly atMs: number; readonly boot: string }>();
  /** Asked just now, by host: what an agent does on a word comes before its answer. */
  private readonly askedMs = new Map<string, number>();
  private readonly world: World;
  private readonly silence: Silence;

  constructor(world: World, silence: Silence) {
    this.world = world;
    this.silence = silence;
    world.events.listen((event) => {
      if (event.event === 'action' && event.action.do === 'confirm-dead')
        this.askedMs.set(event.action.host, world.clock.now);
      if (event.event !== 'answered' || event.what !== 'confirm-dead') return;
      this.askedMs.delete(event.host);
      if (event.ok) this.words.set(event.host, { atMs: world.clock.now, boot: world.host(event.host).boot });
    });
  }

  /** Was it accepted, and not overtaken by a life of its host? */
  stands(host: string): boolean {
    const word = this.words.get(host);
    if (word === undefined || word.boot !== this.world.host(host).boot) return false;
    return !this.silence.livedAfter(host, word.atMs, LIVED_BEATS * this.world.timing.beatMs);
  }

  /** The same, or somebody is just saying it. */
  isGiven(host: string): boolean {
    const askedMs = this.askedMs.get(host) ?? -Infinity;
    return this.world.clock.now - askedMs < ANSWERED_MS || this.stands(host);
  }
}
