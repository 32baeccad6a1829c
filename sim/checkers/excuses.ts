/**
 * What Vigil is not to blame for: bets that were lost, and what people did past it. Counted, so that nobody takes a run
 * with lost bets for one without.
 */
import { serverOf } from '../../src/cloud/model/state.ts';
import type { Proof } from '../../src/core/wire/records.ts';
import type { World } from '../world.ts';
import type { Silence } from './silence.ts';

/** The bet of `silence` may be lost on a host that was silent on every path, and in nova, for so long. */
const BET_BEATS = 12;
/** Until a master has read that a host lives, and has written down that nothing further is to be done. */
const LIVED_BEATS = 8;

export interface LostBet {
  readonly atMs: number;
  /** What was bet on: a proof, or that nova-compute waits, though it has no start gate. */
  readonly bet: Extract<Proof, 'silence' | 'operator'> | 'no-gate';
  readonly vm: string;
  readonly host: string;
  /** Why nobody heard the host. */
  readonly words: string;
}

export class Excuses {
  readonly bets: LostBet[] = [];
  /** VMs that may run twice, or be ruined, from then on. */
  private readonly vms = new Set<string>();
  private readonly hosts = new Set<string>();
  private readonly proofs = new Map<string, unknown>();
  private readonly confirmed = new Set<string>();
  /** Hosts whose evacuations are not settled. */
  private readonly unsettled = new Set<string>();
  /** Of those, where nova-compute has started all the same, since there is no gate. */
  private readonly ungated = new Set<string>();
  /** By VM and target: what was so of its host when an evacuation was about to be sent; it cannot be recalled. */
  private readonly sent = new Map<
    string,
    { readonly host: string; readonly silentMs: number; readonly hasLived: boolean }
  >();
  private readonly world: World;
  private readonly silence: Silence;

  constructor(world: World, silence: Silence) {
    this.world = world;
    this.silence = silence;
    world.events.listen((event) => {
      if (event.event === 'journal' && (event.name === 'incident' || event.name === 'declared'))
        this.proofs.set(String(event.data['victim']), event.data['proof']);
      if (event.event === 'journal' && event.name === 'incident')
        this.noteIncident(String(event.data['victim']), String(event.data['phase']));
      if (event.event === 'gate-open' && !world.cluster.settings.gate && this.unsettled.has(event.host))
        this.ungated.add(event.host);
      if (event.event === 'nova-sending' && event.call.call === 'evacuate')
        this.noteSent(event.call.vm, event.call.target);
      if (event.event !== 'action') return;
      const { action } = event;
      if (action.do === 'confirm-dead' && this.world.host(action.host).power) this.confirmed.add(action.host);
      if (action.do === 'evacuate-by-hand') this.vms.add(action.vm);
    });
  }

  /** Its guest runs on, and an evacuation of it was accepted: is that a lost bet? */
  noteEvacuated(vm: string, host: string, target: string | null): boolean {
    const sent = this.sent.get(`${vm} ${target}`);
    // A bet that was lost is no ground any more once its host was heard: the next one is on another silence.
    if ((this.hosts.has(host) || this.vms.has(vm)) && sent?.hasLived !== true) {
      this.vms.add(vm);
      return true;
    }
    const silentMs = Math.max(this.silence.silentForMs(host), sent?.host === host ? sent.silentMs : 0);
    const proof = this.proofs.get(host);
    if (this.ungated.has(host))
      return this.lose('no-gate', vm, host, 'nova-compute started before its evacuations were settled');
    if (proof === 'operator' && this.confirmed.has(host))
      return this.lose('operator', vm, host, 'an operator said that it is dead');
    if (proof === 'silence' && silentMs >= BET_BEATS * this.world.timing.beatMs)
      return this.lose('silence', vm, host, `silent on every path for ${silentMs} ms`);
    return false;
  }

  excusesVm(vm: string): boolean {
    return this.vms.has(vm);
  }

  excusesHost(host: string): boolean {
    return this.hosts.has(host) || this.confirmed.has(host);
  }

  private noteSent(vm: string, target: string): void {
    const host = serverOf(this.world.nova.state, vm)?.host ?? null;
    if (host === null) return;
    const silentMs = this.silence.silentForMs(host);
    this.sent.set(`${vm} ${target}`, { host, silentMs, hasLived: this.hasLived(host) });
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
    if (phase !== 'closed') return;
    // What comes after that is another failure.
    for (const excused of [this.ungated, this.hosts, this.confirmed]) excused.delete(victim);
  }

  private lose(bet: LostBet['bet'], vm: string, host: string, words: string): true {
    this.bets.push({ atMs: this.world.clock.now, bet, vm, host, words });
    this.hosts.add(host);
    for (const guest of this.world.guests.on(host)) this.vms.add(guest);
    this.vms.add(vm);
    return true;
  }
}
