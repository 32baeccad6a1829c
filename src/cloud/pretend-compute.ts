/**
 * Plays the nova-compute of one host against the embedded cloud: it reports, takes orders off the bus and "runs" guests.
 * It is to run in a process of its own that dies with its host, guests and all, as in reality.
 *
 * A guest is an entry in memory and, with a folder, a line `host counter` appended to the VM's own file again and
 * again: two hosts' names growing in one file at the same time would be one VM running twice.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ComputeClient, computeClient, type PretendOrder } from './pretend-compute-client.ts';

/** nova `[DEFAULT] max_concurrent_builds`. */
export const BUILDS_AT_ONCE_MAX = 10;
/** After a request that failed. */
const RETRY_MS = 500;
const ORDERS_WAIT_MS = 5_000;

export interface PretendComputeOptions {
  /** Of the embedded cloud. */
  readonly url: string;
  readonly host: string;
  /** How long a guest takes to start. */
  readonly buildMs: number;
  /** Where each VM's file is; null for guests in memory only. */
  readonly guestFolder: string | null;
  readonly guestBeatMs: number;
  /** Does the claim for this VM succeed? nova's resource tracker sometimes knows better than the scheduler. */
  readonly claims?: (vm: string) => boolean;
  /** Does the hypervisor start this VM? */
  readonly spawns?: (vm: string) => boolean;
  readonly onEvent?: (event: PretendEvent) => void;
}

export type PretendEvent =
  | { readonly kind: 'started' | 'refused' }
  | { readonly kind: 'guest-started' | 'guest-destroyed' | 'guest-failed'; readonly vm: string };

export interface PretendCompute {
  guests(): readonly string[];
  /** Ends at once, as a killed process does: nothing is told to anyone. */
  kill(): void;
  /** Resolves when it was killed or refused. */
  readonly ended: Promise<'killed' | 'refused'>;
}

export function startPretendCompute(options: PretendComputeOptions): PretendCompute {
  const stopping = new AbortController();
  const guests = new Map<string, { counter: number }>();
  const client = computeClient(options.url, options.host, stopping.signal);
  if (options.guestFolder !== null) mkdirSync(options.guestFolder, { recursive: true });
  const beating = setInterval(() => beatGuests(options, guests), options.guestBeatMs);
  const work = new Worker(options, client, guests, stopping.signal);
  const ended = work.run().finally(() => clearInterval(beating));
  return {
    guests: () => [...guests.keys()],
    kill: () => {
      clearInterval(beating);
      stopping.abort();
    },
    ended,
  };
}

function beatGuests(options: PretendComputeOptions, guests: Map<string, { counter: number }>): void {
  for (const [vm, guest] of guests) {
    guest.counter += 1;
    if (options.guestFolder === null) continue;
    appendFileSync(join(options.guestFolder, vm), `${options.host} ${guest.counter}\n`);
  }
}

class Worker {
  readonly #options: PretendComputeOptions;
  readonly #client: ComputeClient;
  readonly #guests: Map<string, { counter: number }>;
  readonly #signal: AbortSignal;
  readonly #waiting: PretendOrder[] = [];
  #building = 0;

  constructor(
    options: PretendComputeOptions,
    client: ComputeClient,
    guests: Map<string, { counter: number }>,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#client = client;
    this.#guests = guests;
    this.#signal = signal;
  }

  async run(): Promise<'killed' | 'refused'> {
    const started = await this.#register();
    if (started === null) return this.#signal.aborted ? 'killed' : 'refused';
    await Promise.all([this.#report(started.reportIntervalMs), this.#work(started.session)]);
    return 'killed';
  }

  async #register(): Promise<{ readonly session: string; readonly reportIntervalMs: number } | null> {
    while (!this.#signal.aborted) {
      const started = await this.#client.started([...this.#guests.keys()]);
      if (started.kind === 'refused') {
        this.#options.onEvent?.({ kind: 'refused' });
        return null;
      }
      if (started.kind === 'answer') {
        for (const vm of started.value.destroy) this.#destroy(vm);
        this.#options.onEvent?.({ kind: 'started' });
        return started.value;
      }
      await pause(RETRY_MS, this.#signal);
    }
    return null;
  }

  async #report(intervalMs: number): Promise<void> {
    while (!this.#signal.aborted) {
      await pause(intervalMs, this.#signal);
      if (!this.#signal.aborted) await this.#client.report([...this.#guests.keys()]);
    }
  }

  async #work(session: string): Promise<void> {
    while (!this.#signal.aborted) {
      const orders = await this.#client.orders(session, ORDERS_WAIT_MS);
      if (orders.kind !== 'answer') {
        await pause(RETRY_MS, this.#signal);
        continue;
      }
      for (const order of orders.value.orders) {
        // Questions do not wait for what is being built.
        if (order.kind === 'diagnose') void this.#client.diagnosis(order.id, this.#guests.has(order.vm));
        else this.#waiting.push(order);
      }
      this.#startWaiting();
    }
  }

  #startWaiting(): void {
    while (this.#building < BUILDS_AT_ONCE_MAX) {
      const order = this.#waiting.shift();
      if (order === undefined) return;
      this.#building += 1;
      void this.#carryOut(order).finally(() => {
        this.#building -= 1;
        this.#startWaiting();
      });
    }
  }

  async #carryOut(order: PretendOrder): Promise<void> {
    const { vm } = order;
    if (order.kind === 'destroy') {
      this.#destroy(vm);
      return;
    }
    if (order.kind !== 'reboot' && !(this.#options.claims?.(vm) ?? true)) {
      await this.#client.result(order.id, 'claim-failed');
      return;
    }
    if (!(await this.#client.result(order.id, 'claimed'))) return;
    // A hard reboot ends what runs.
    if (order.kind === 'reboot') this.#destroy(vm);
    await pause(this.#options.buildMs, this.#signal);
    if (this.#signal.aborted) return;
    if (!(this.#options.spawns?.(vm) ?? true)) {
      this.#options.onEvent?.({ kind: 'guest-failed', vm });
      await this.#client.result(order.id, 'spawn-failed');
      return;
    }
    this.#guests.set(vm, { counter: 0 });
    this.#options.onEvent?.({ kind: 'guest-started', vm });
    // The guest runs from here on, whatever nova makes of it: a rebuild that trips at its end leaves it behind.
    await this.#client.result(order.id, 'spawned');
  }

  #destroy(vm: string): void {
    if (this.#guests.delete(vm)) this.#options.onEvent?.({ kind: 'guest-destroyed', vm });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
