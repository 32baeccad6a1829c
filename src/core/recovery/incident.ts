/** An incident while it is worked on: the record in its cells, and what this master knows of its VMs. */
import type { Task } from '../lib/task.ts';
import type { Core } from '../state.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing } from '../state.ts';
import type { BootId, HostName, IncidentRecord, Proof } from '../wire/records.ts';
import type { Migration, Server, ServerGroup } from './cloud.ts';
import type { Hold } from './holds.ts';
import type { OrderOutcome, RestartOrder } from './orders.ts';
import { createUnderWay, type UnderWay } from './under-way.ts';
import type { Ordered } from './ordered-hosts.ts';

export interface Incident {
  record: IncidentRecord;
  /** When this master declared or adopted it, or last found proof that its host has failed once more. */
  declaredMs: number;
  /** Taken over: what its former master asked nova for last may still be carried out. */
  readonly adopted: boolean;
  /** When this master found its proof, or took it over. */
  provenMs: number;
  /** Whom former masters gave orders in it, as far as it is not known that all of it is told. */
  orderedBefore: readonly Ordered[];
  hold: Hold | null;
  /** Since when that is why it waits. */
  holdSinceMs: number;
  /** Until when nova may still force the host down, as it was asked to without an answer. */
  forceDownOpenMs: number;
  /** Since which reading nova lists no compute service of the host, where that is to be forced up. */
  leftOutMs: number | null;
  readonly vms: Map<string, VmWork>;
  /** Something may have been sent to nova for a VM: a return of the old boot is then serious. */
  sent: boolean;
  /** Rows of the last reading that was believed, groups of the last complete round; no groups before it. */
  rows: readonly Migration[];
  groups: readonly ServerGroup[] | null;
  /** A list that went empty all at once is being read again. */
  doubted: boolean;
  /** Which VMs have left the host since it failed is known: to a master that has taken over only once nova has told. */
  isMovedKnown: boolean;
  /** VMs nova placed on the host in the last reading that was believed; null before the first. */
  listed: readonly string[] | null;
  readonly underWay: UnderWay;
  /**
   * What nova said of the host's VMs before its nova-compute could start again and change it: within a minute of its
   * start that takes guests it does not find for stopped by their users. Of a VM that was evacuated it is what was said
   * before that. Null: this master has not read it in time.
   */
  before: { readonly servers: readonly Server[]; readonly rows: readonly Migration[] } | null;
  /**
   * VMs that ran when the host failed first, and were not settled in its new life: what nova said of them then. What it
   * has made of them since, ERROR or stopped, their owners have not wanted.
   */
  toRun: ReadonlyMap<string, Server>;
  /** VMs that may run where they were migrated to live, as was known before nova-compute of the host could start again. */
  cutOff: ReadonlyMap<string, Migration>;
  /** What nova-compute of the host had reported last when this master opened the incident, and nobody had touched that. */
  readonly reportedAt: string | null;
  /** The host's new life, once this master has seen it. */
  back: Comeback | null;
  /** Who confirmed its death stands in no cell yet. */
  isWordUnwritten: boolean;
  /** It has shown life since its silence was taken for its end, or somebody confirmed that: it has to be proven anew. */
  isProofOver: boolean;
  /** How often it was seen, or heard by others, since this master has the incident: what was found before one more is over. */
  lifeSigns: number;
  /** How often somebody confirmed the death that its record tells of: twice by one name are two words. */
  words: number;
  /** Who said that the new life has ended, too, or that it is dead after all. */
  confirmedAgainBy: string | null;
  /** What was known before the new life was taken for ended, too: should it go on, that is still to be done. */
  beforeAgain: BeforeAgain | null;
}

export interface Comeback {
  readonly boot: BootId;
  readonly sinceMs: number;
  /** nova-compute has reported to nova since. */
  reported: boolean;
}

export interface BeforeAgain {
  readonly record: Pick<IncidentRecord, 'phase' | 'victimBoot' | 'proof' | 'confirmedBy'>;
  readonly before: Incident['before'];
  readonly works: readonly VmWork[];
}

export interface VmWork {
  readonly vm: string;
  name: string;
  state: 'waiting' | 'ordered' | 'evacuating' | 'restarting' | 'recovered' | 'not-recovered' | 'held';
  target: HostName | null;
  attempt: number;
  /** Since when it is to be recovered and is not. */
  waitsSinceMs: number | null;
  /** People have been told that it waits for long. */
  isToldToWait: boolean;
  reason: string | null;
  notBeforeMs: number;
  order: OpenOrder | null;
  /** Until when any other host is better for this VM, and why. */
  readonly avoided: Map<HostName, { readonly untilMs: number; readonly reason: string }>;
  /** Open rows whose target is dead. */
  deadRows: readonly number[];
  /** Other hosts on which it may run unless they are dead, as they are taken to be: targets of those rows, and earlier ones. */
  mustBeSilent: readonly HostName[];
  /** Row by which the last failure was counted. */
  failedRow: number;
  /** When it was last asked what became of it after its evacuation. */
  askedMs: number;
  /**
   * It is not on the failed host any more, but on its target or deleted, and what is left to do for it is for a person: its
   * reason says what.
   */
  settledElsewhere: boolean;
  /** Row that nova calls done or completed though, asked later, it still places the VM on the failed host. */
  unmovedRow: number;
  /** Starting it where it is, once its host is back. */
  inPlace: {
    tries: number;
    /** Also in the host's present life, or a person was told in the former one that it lies there. */
    triedInLife: boolean;
    notBeforeMs: number;
    /** Boot of the host in which nothing more is to be done for it there. */
    settledInBoot: BootId | null;
  };
}

export interface OpenOrder {
  readonly order: RestartOrder;
  readonly to: Ordered;
  outcome: OrderOutcome | 'lost' | null;
  /** The VM's newest migration record in the reading it was given on; what comes of it is newer. */
  readonly newestRow: number;
  /** From when on a clear read of the target's slot means that nothing is coming any more. */
  expiredMs: number | null;
}

export function createIncident(
  record: IncidentRecord,
  declaredMs: number,
  sent: boolean,
  adopted = false,
  { forceDownOpenMs = 0, reportedAt = null }: Partial<Pick<Incident, 'forceDownOpenMs' | 'reportedAt'>> = {},
): Incident {
  return {
    record,
    declaredMs,
    adopted,
    provenMs: declaredMs,
    orderedBefore: adopted ? record.ordered.map((one) => ({ ...one, goneMs: null })) : [],
    hold: null,
    holdSinceMs: declaredMs,
    forceDownOpenMs,
    leftOutMs: null,
    vms: new Map(),
    sent,
    rows: [],
    groups: null,
    doubted: false,
    isMovedKnown: !(adopted && sent),
    listed: null,
    underWay: createUnderWay(record),
    before: null,
    toRun: new Map(),
    cutOff: new Map(),
    reportedAt,
    back: null,
    isWordUnwritten: false,
    isProofOver: adopted && record.hold === 'life-signs',
    lifeSigns: 0,
    words: 0,
    confirmedAgainBy: null,
    beforeAgain: null,
  };
}

export function createVmWork(vm: string, name: string): VmWork {
  return {
    vm,
    name,
    state: 'waiting',
    target: null,
    attempt: 0,
    waitsSinceMs: null,
    isToldToWait: false,
    reason: null,
    notBeforeMs: 0,
    order: null,
    avoided: new Map(),
    deadRows: [],
    mustBeSilent: [],
    failedRow: 0,
    askedMs: 0,
    settledElsewhere: false,
    unmovedRow: 0,
    inPlace: { tries: 0, triedInLife: false, notBeforeMs: 0, settledInBoot: null },
  };
}

/**
 * Writes the next state of the record where any later master finds it, before anything is done on its ground.
 */
export function* writeRecord(
  core: Core,
  master: Mastership,
  incident: Incident,
  change: Partial<IncidentRecord>,
): Task<boolean> {
  const next = { ...incident.record, ...change };
  const isOpen = next.phase === 'evacuating' && master.openStarts.anyOn(next.victim, core.now);
  const record: IncidentRecord = {
    ...next,
    // Whatever else was held goes on; that a start is open a successor has to know.
    hold: next.hold ?? (isOpen ? 'start-open' : null),
    term: master.term,
    sequence: incident.record.sequence + 1,
  };
  // What fails may stand somewhere: the next has a higher number, and begins with the same cell, not with the last good one.
  const afterFailure = record.sequence + 1;
  incident.record = { ...incident.record, sequence: afterFailure };
  master.sequences.set(record.victim, afterFailure);
  // Somebody may confirm it while it is being written.
  const wordsBefore = incident.words;
  const written = yield* core.coordination.incidents.write(core, record, () => isActing(core, master));
  if (!written) return false;
  if (change.proof !== undefined) incident.provenMs = core.now;
  master.sequences.set(record.victim, record.sequence);
  const { confirmedBy } = incident.record;
  const isWordSince = incident.words !== wordsBefore;
  if (!isWordSince) incident.isWordUnwritten = false;
  incident.record = isWordSince ? { ...record, confirmedBy } : record;
  core.outbox.push({ do: 'journal', event: 'incident', data: { ...record } });
  return true;
}

/** Of a silence. If the host shows life while that is written it is over at once, like any other. */
export function* writeProof(
  core: Core,
  master: Mastership,
  incident: Incident,
  change: Partial<IncidentRecord> & { readonly proof: Proof },
): Task<boolean> {
  const { lifeSigns } = incident;
  const written = yield* writeRecord(core, master, incident, change);
  if (written && incident.lifeSigns !== lifeSigns) incident.isProofOver = true;
  return written;
}
