/** What happened, in the words of `expected.txt`. */
import { isMemberAtFirst } from '../cluster.ts';
import type { WorldEvent } from '../events.ts';
import type { World } from '../world.ts';

export interface Happening {
  /** From the settled cluster on. */
  readonly atMs: number;
  readonly words: readonly string[];
}

/** So long nobody must hold the lease to be without a master. */
const NO_MASTER_MS = 1_000;

export class Transcript {
  readonly happenings: Happening[] = [];
  /** Causes of reports that have not ended. */
  readonly open = new Set<string>();
  private readonly world: World;
  private readonly beganMs: number;
  private readonly verdicts = new Map<string, string>();
  private master: string | null;
  private hasMaster: boolean;

  /** Begins now: with a settled cluster, or one that is dark. */
  constructor(world: World) {
    this.world = world;
    this.beganMs = world.clock.now;
    this.master = world.masters()[0]?.name ?? null;
    this.hasMaster = this.master !== null;
    const members = [...world.hosts.values()].filter(({ spec }) => isMemberAtFirst(spec));
    if (this.hasMaster) for (const { name } of members) this.verdicts.set(name, 'online');
    world.events.listen((event) => this.note(event));
  }

  verdict(host: string): string | null {
    return this.verdicts.get(host) ?? null;
  }

  private tell(...words: readonly string[]): void {
    this.happenings.push({ atMs: this.world.clock.now - this.beganMs, words });
  }

  private note(event: WorldEvent): void {
    switch (event.event) {
      case 'lease':
        this.noteLease(event);
        return;
      case 'journal':
        if (event.name === 'verdict') this.noteVerdict(event.by, event.data);
        if (event.name === 'executed') this.noteExecuted(event.by, event.data);
        return;
      case 'report':
        this.noteReport(event.report);
        return;
      case 'forced':
        if (event.byVigil) this.tell(event.down ? 'force-down' : 'force-up', event.host);
        return;
      case 'evacuation-accepted':
        if (event.byVigil)
          this.tell('evacuate', event.row.vm, event.row.source ?? '-', '->', event.row.target ?? '-');
        return;
      case 'evacuation-refused':
        if (event.byVigil) this.tell('evacuate', event.vm, 'refused');
        return;
      case 'rebooted':
        this.tell('reboot', event.vm, 'on', event.host);
        return;
      case 'guest-started':
        this.tell('start', event.vm, 'on', event.host);
        return;
      case 'guest-stopped':
        this.tell('stop', event.vm, 'on', event.host);
        return;
      case 'gate-open':
        this.tell('gate', event.host, 'open');
        return;
      case 'agent-stopped':
        this.tell('agent', event.host, 'stopped');
        return;
      case 'agent-refused':
        this.tell('agent', event.host, 'refused');
        return;
      case 'answered':
        this.tell('answer', event.what, event.host, event.ok ? 'ok' : 'refused');
        return;
      case 'migration-refused':
        this.tell('answer', 'migrate', event.vm, 'refused');
        return;
      case 'action':
      case 'agent-started':
      case 'nova-sending':
      case 'nova-asked':
      case 'nova-performed':
      case 'nova-answered':
      case 'seat-written':
      case 'volume-answered':
      case 'late-write-landed':
      case 'seat-torn':
      case 'record-asked':
        return;
    }
  }

  private noteLease({ host, holds }: Extract<WorldEvent, { readonly event: 'lease' }>): void {
    if (holds) {
      this.hasMaster = true;
      if (this.master !== host) this.tell('master', host);
      this.master = host;
      return;
    }
    this.world.clock.after(NO_MASTER_MS, () => {
      if (!this.hasMaster || this.world.masters().length > 0) return;
      this.hasMaster = false;
      this.tell('no-master');
    });
  }

  private noteVerdict(by: string, { host, to: verdict }: Readonly<Record<string, unknown>>): void {
    if (typeof host !== 'string' || typeof verdict !== 'string' || verdict === 'suspect') return;
    if (by !== this.master || this.verdicts.get(host) === verdict) return;
    this.verdicts.set(host, verdict);
    this.tell('verdict', host, verdict);
  }

  private noteExecuted(by: string, { vm, outcome, code }: Readonly<Record<string, unknown>>): void {
    if (outcome !== 'refused' || typeof vm !== 'string' || typeof code !== 'string') return;
    this.tell('order', vm, 'refused', 'by', by, code);
  }

  private noteReport({ cause, state, evidence }: Extract<WorldEvent, { event: 'report' }>['report']): void {
    if (state === 'update') return;
    if (state === 'end') {
      this.open.delete(cause);
      this.tell('report', 'end', cause);
      return;
    }
    this.open.add(cause);
    const hold = cause.endsWith('/held') && typeof evidence['hold'] === 'string' ? [evidence['hold']] : [];
    this.tell('report', 'begin', cause, ...hold);
  }
}
