/**
 * What Vigil is not to blame for: bets that were lost, and what people did past it. Counted, so that nobody takes a run
 * with lost bets for one without. Nothing is excused for ever: what has been put right again is watched as before.
 */
import { serverOf } from '../../src/cloud/model/state.ts';
import type { Migration } from '../../src/core/recovery/cloud.ts';
import type { Proof } from '../../src/core/wire/records.ts';
import type { World } from '../world.ts';
import type { LastLife } from './last-life.ts';
import type { Silence } from './silence.ts';
import { GivenWords } from './given-words.ts';

const LOOK_MS = 1_000;
/** Until a master has read that a host lives, and has written down that nothing further is to be done. */
const LIVED_BEATS = 8;

export interface LostBet {
  readonly atMs: number;
  /** What was bet on: a proof; that nova-compute waits, though it has no start gate; or people evacuate what runs. */
  readonly bet: Extract<Proof, 'silence' | 'operator'> | 'no-gate' | 'by-hand';
  readonly vm: string;
  readonly host: string;
  /** Why nobody heard the host. */
  readonly words: string;
}

/** What was so of a host when an evacuation was about to be sent: it cannot be recalled. */
interface Sent {
  readonly againstBet: string | null;
  readonly isOnWord: boolean;
  readonly hasLived: boolean;
}

export class Excuses {
  readonly bets: LostBet[] = [];
  /** VMs that may run twice, or be ruined, and the host whose lost bet that comes from; null: a person did it. */
  private readonly vms = new Map<string, string | null>();
  private readonly hosts = new Set<string>();
  private readonly proofs = new Map<string, unknown>();
  /** Hosts whose evacuations are not settled. */
  private readonly unsettled = new Set<string>();
  /** Hosts whose evacuations were taken for settled, and that are not closed yet. */
  private readonly returning = new Set<string>();
  /** Of those, where nova-compute has started all the same, since there is no gate. */
  private readonly ungated = new Set<string>();
  /**
   * By VM and target, of each host on which its guest may run: its own, and those that were to take it before. Without a
   * target it is what was so when the VM's own host, which is back, was given to its nova-compute.
   */
  private readonly sent = new Map<string, ReadonlyMap<string, Sent>>();
  private readonly world: World;
  private readonly silence: Silence;
  private readonly lastLife: LastLife;
  private readonly words: GivenWords;

  constructor(world: World, silence: Silence, lastLife: LastLife) {
    this.world = world;
    this.silence = silence;
    this.lastLife = lastLife;
    this.words = new GivenWords(world, silence);
    world.events.listen((event) => {
      if (event.event === 'journal' && (event.name === 'incident' || event.name === 'declared'))
        this.proofs.set(String(event.data['victim']), event.data['proof']);
      if (event.event === 'journal' && event.name === 'incident')
        this.noteIncident(String(event.data['victim']), String(event.data['phase']));
      if (event.event === 'gate-open' && !world.cluster.settings.gate && this.unsettled.has(event.host))
        this.ungated.add(event.host);
      if (event.event === 'nova-sending' && event.call.call === 'evacuate')
        this.noteSent(event.call.vm, event.call.target);
      // What nova refuses a person has not happened.
      if (event.event === 'evacuation-accepted' && !event.byVigil) this.noteByHand(event.row);
    });
    const look = (): void => {
      world.clock.after(LOOK_MS, look);
      for (const [vm, host] of this.vms)
        if ((host === null || !this.hosts.has(host)) && this.standsWell(vm)) this.vms.delete(vm);
    };
    look();
  }

  /** Its guest runs on, and an evacuation of it was accepted: is that a lost bet? Else why not. */
  noteEvacuated(vm: string, host: string, target: string | null): { readonly blame: string } | null {
    const sent = this.sent.get(`${vm} ${target}`)?.get(host) ?? null;
    // A bet that was lost is no ground any more once its host was heard: the next one is on another silence.
    if ((this.hosts.has(host) || this.vms.has(vm)) && sent?.hasLived !== true) {
      if (!this.vms.has(vm)) this.vms.set(vm, host);
      return null;
    }
    const proof = this.proofs.get(host);
    if (this.ungated.has(host))
      return this.lose('no-gate', vm, host, 'nova-compute started before its evacuations were settled');
    if (proof === 'operator' && (this.words.stands(host) || sent?.isOnWord === true))
      return this.lose('operator', vm, host, 'an operator said that it is dead');
    const against = sent === null ? this.lastLife.againstBet(host) : sent.againstBet;
    if (proof === 'silence' && against === null)
      return this.lose('silence', vm, host, 'silent on every path for long enough');
    return { blame: against ?? `on the proof ${String(proof)}` };
  }

  excusesVm(vm: string): boolean {
    return this.vms.has(vm);
  }

  excusesHost(host: string): boolean {
    return this.hosts.has(host) || this.words.isGiven(host);
  }

  private noteByHand({ vm, source }: Migration): void {
    this.vms.set(vm, null);
    if (source === null || !this.world.guests.runs(vm, source)) return;
    const words = 'somebody evacuated it by hand while it ran';
    this.bets.push({ atMs: this.world.clock.now, bet: 'by-hand', vm, host: source, words });
  }

  private noteSent(vm: string, target: string | null): void {
    const { nova } = this.world;
    const own = serverOf(nova.state, vm)?.host ?? null;
    const hosts = [own, ...nova.evacuationsOf(vm).map(({ dest }) => dest)].filter((host) => host !== null);
    const about = (host: string): Sent => ({
      againstBet: this.lastLife.againstBet(host),
      isOnWord: this.words.stands(host),
      hasLived: this.hasLived(host),
    });
    this.sent.set(`${vm} ${target}`, new Map(hosts.map((host) => [host, about(host)])));
  }

  private hasLived(host: string): boolean {
    const lost = this.bets.findLast((bet) => bet.host === host);
    return (
      lost !== undefined && this.silence.livedAfter(host, lost.atMs, LIVED_BEATS * this.world.timing.beatMs)
    );
  }

  private noteIncident(victim: string, phase: string): void {
    if (phase === 'evacuating') this.unsettled.add(victim);
    else this.unsettled.delete(victim);
    if (phase !== 'returning') this.returning.delete(victim);
    else if (!this.returning.has(victim)) {
      this.returning.add(victim);
      const { nova } = this.world;
      for (const row of nova.state.migrations)
        if (row.source === victim && nova.mayComeToSomething(row)) this.noteSent(row.instanceUuid, null);
    }
    if (phase !== 'closed') return;
    // What comes after that is another failure.
    for (const excused of [this.ungated, this.hosts]) excused.delete(victim);
  }

  /** It runs where nova has it, or nowhere, and nothing can come to a second copy of it any more. */
  private standsWell(vm: string): boolean {
    const { nova, guests } = this.world;
    const host = serverOf(nova.state, vm)?.host;
    const runs = [...(guests.running.get(vm) ?? [])];
    return (
      runs.every((on) => on === host) && !nova.evacuationsOf(vm).some((row) => nova.mayComeToSomething(row))
    );
  }

  private lose(bet: LostBet['bet'], vm: string, host: string, words: string): null {
    this.bets.push({ atMs: this.world.clock.now, bet, vm, host, words });
    this.hosts.add(host);
    for (const guest of this.world.guests.on(host)) this.vms.set(guest, host);
    this.vms.set(vm, host);
    return null;
  }
}
