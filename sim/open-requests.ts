/** What agents were asked through their API, until they answer. */
import type { Effect } from '../src/core/effect.ts';
import type { SimHost } from './host.ts';

export type Answer = Extract<Effect, { do: 'answer' }>['answer'];

export class OpenRequests {
  private readonly waiting = new Map<string, (answer: Answer) => void>();
  private count = 0;

  open({ ip }: SimHost, done: (answer: Answer) => void): number {
    this.count += 1;
    this.waiting.set(`${ip}/${this.count}`, done);
    return this.count;
  }

  end({ ip }: SimHost, id: number, answer: Answer): void {
    const key = `${ip}/${id}`;
    const done = this.waiting.get(key);
    this.waiting.delete(key);
    done?.(answer);
  }
}
