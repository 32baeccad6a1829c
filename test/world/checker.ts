/** What must hold in the little world, checked while it runs; whatever breaks is noted with its time. */
import { isOpenEvacuation, isUnclaimedEvacuation } from '../../src/core/recovery/rows.ts';
import type { Migration } from '../../src/core/recovery/cloud.ts';
import type { WorldHost } from './host.ts';
import type { World } from './world.ts';

/** The bet of `silence` may be lost on a host that was silent on every path, and in nova, for so long. */
const BET_MS = 12_000;
/** Long enough for what was decided before the host could be heard to have been judged anew, and carried out. */
const JUDGED_MS = 30_000;
const CARRIED_OUT_MS = 100_000;

export class Checker {
  readonly broken: string[] = [];
  /** Evacuations of guests that ran on, on hosts that nobody could hear. */
  readonly betsLost: string[] = [];
  private readonly world: World;
  /** Living hosts without any working path: since when. */
  private readonly silentMs = new Map<string, number>();
  /** Living hosts that somebody can hear: since when. */
  private readonly heardMs = new Map<string, number>();
  private readonly forced = new Set<string>();
  /** Hosts on which the bet was lost: their guests may run twice from then on. */
  private readonly lostOn = new Set<string>();
  /** By row: the boot in which its target claimed it. */
  private readonly targetBoots = new Map<number, string>();
  private twiceSeen = 0;

  constructor(world: World) {
    this.world = world;
    world.watchers.stepped = (host) => this.oneMaster(host);
    world.watchers.accepted = (row) => this.evacuation(row);
    const look = (): void => {
      for (const host of world.hosts.values()) this.listen(host);
      this.noteClaims();
      this.twice();
      world.clock.after(100, look);
    };
    look();
  }

  private note(words: string): void {
    if (this.broken.length < 20) this.broken.push(`${this.world.clock.now}: ${words}`);
  }

  private isActing(host: WorldHost): boolean {
    const { core } = host;
    if (core === null || !host.agent || !host.power) return false;
    return core.coordination.lease.remainingMs({ ...core, now: this.world.clock.now }) > 0;
  }

  private oneMaster(host: WorldHost): void {
    if (!this.isActing(host)) return;
    for (const other of this.world.hosts.values())
      if (other !== host && this.isActing(other))
        this.note(`${host.name} and ${other.name} both act as master`);
  }

  private listen(host: WorldHost): void {
    const { volumes, network, clock } = this.world;
    const heard =
      !host.power ||
      (host.agent && host.paused === null && host.network === 1) ||
      (host.compute && network.reachesNova(host)) ||
      (host.beats && volumes.some(({ hung, failing }) => !hung.has(host.name) && !failing.has(host.name)));
    if (heard) this.silentMs.delete(host.name);
    else if (!this.silentMs.has(host.name)) this.silentMs.set(host.name, clock.now);
    if (!heard || !host.power) this.heardMs.delete(host.name);
    else if (!this.heardMs.has(host.name)) this.heardMs.set(host.name, clock.now);
    this.leftAlone(host.name);
  }

  /** Nor is a host that lives, and can be heard, called failed or taken out of service. */
  private leftAlone(host: string): void {
    const is = this.world.nova.services.get(host)?.forcedDown ?? false;
    const was = this.forced.has(host);
    if (is) this.forced.add(host);
    else this.forced.delete(host);
    const heardForMs = this.world.clock.now - (this.heardMs.get(host) ?? Infinity);
    if (is && !was && heardForMs >= CARRIED_OUT_MS) this.note(`${host} is forced down, and lives`);
    for (const { name, core } of this.world.masters())
      if (core?.master?.judgements.get(host)?.row === 16 && heardForMs >= JUDGED_MS)
        this.note(`${host} is failed to ${name}, and lives`);
  }

  private evacuation({ vm, source }: Migration): void {
    const { nova, running, clock } = this.world;
    const open = nova.rows.filter((row) => row.vm === vm && isOpenEvacuation(row));
    const mayEnd = open.filter((row) => this.mayEnd(row));
    if (mayEnd.length > 1)
      this.note(
        `${vm} has ${mayEnd.length} open evacuations: ${mayEnd.map(({ target }) => target).join(', ')}`,
      );
    if (source === null || running.get(vm)?.has(source) !== true) return;
    const silentMs = this.silentMs.get(source);
    if (silentMs !== undefined && clock.now - silentMs >= BET_MS) {
      this.lostOn.add(source);
      this.betsLost.push(`${clock.now}: ${vm} on ${source}`);
    } else if (!this.lostOn.has(source)) {
      this.note(`${vm} is evacuated while it runs on ${source}, which lives`);
    }
  }

  private noteClaims(): void {
    for (const row of this.world.nova.rows)
      if (isOpenEvacuation(row) && !isUnclaimedEvacuation(row) && !this.targetBoots.has(row.id))
        this.targetBoots.set(row.id, this.world.host(row.target ?? '').boot);
  }

  /** A row that its target had claimed before it lost power stays open in nova for ever, and means nothing. */
  private mayEnd(row: Migration): boolean {
    const { id, target } = row;
    if (isUnclaimedEvacuation(row)) return true;
    const { power, boot } = this.world.host(target ?? '');
    return power && boot === this.targetBoots.get(id);
  }

  private twice(): void {
    for (const words of this.world.twice.slice(this.twiceSeen))
      if (![...this.lostOn].some((host) => words.includes(` ${host} `))) this.note(`${words} runs twice`);
    this.twiceSeen = this.world.twice.length;
  }
}
