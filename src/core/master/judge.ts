/**
 * Gives every host its verdict, once a beat. First match wins: suspecting myself, an open incident, maintenance,
 * leaving, a new boot, then the table; a host silent everywhere is declared failed when that was seen twice in a row and neither the
 * site start nor the brake stands against it.
 */
import { gatherFacts, type Facts } from '../verdict/facts.ts';
import { factsContext } from '../verdict/facts-now.ts';
import { noteLifeSigns } from './life-signs.ts';
import { brake } from '../verdict/brake.ts';
import { suspectWords } from '../verdict/suspect-words.ts';
import { healthOf, lookUp } from '../verdict/table.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { HostEvidence } from '../evidence/host.ts';
import { isLeaving } from '../evidence/leaving.ts';
import { maintenanceWords } from '../evidence/maintenance.ts';
import { endSiteStart } from '../reports/book.ts';
import type { Core } from '../state.ts';
import type { BootId } from '../wire/records.ts';
import { countForBrake } from './brake-count.ts';
import { declareIncident, TOO_MANY_INCIDENTS } from './declare.ts';
import type { Judgement, Mastership } from './mastership.ts';
import { rebootedFrom } from './reboots.ts';
import { reportVerdicts } from './verdict-reports.ts';

/** Rounds in a row in which everything must be lost. */
const LOST_ROUNDS = 2;

interface Finding {
  readonly verdict: Verdict;
  readonly row: number;
  readonly words: string;
}

export function judgeHosts(core: Core, master: Mastership): void {
  const context = factsContext(core);
  for (const evidence of core.hosts.values()) {
    // Somebody has spoken in its name, and has proven nothing yet.
    if (evidence.said === null && evidence.volumes.size === 0) continue;
    const facts = gatherFacts(evidence, context);
    noteLifeSigns(core, master, evidence, facts);
    const before = master.judgements.get(evidence.host);
    const found = find(core, master, evidence, facts, before);
    master.judgements.set(evidence.host, next(core, master, evidence, facts, before, found));
  }
  if (core.reports.siteStart) watchSiteStart(core, master);
  reportVerdicts(core, master);
}

function next(
  core: Core,
  master: Mastership,
  evidence: HostEvidence,
  facts: Facts,
  before: Judgement | undefined,
  found: Finding,
): Judgement {
  const fresh = facts.network === 'fresh' || facts.storage === 'fresh';
  const same = before !== undefined && before.verdict === found.verdict;
  // A reboot must be seen as one again next round, if the brake holds its incident back or it may be none.
  const held =
    facts.formerBootLives ||
    (found.verdict !== 'maintenance' &&
      rebootedFrom(master, evidence, facts, before) !== null &&
      !master.incidents.has(evidence.host));
  if (!same) {
    core.outbox.push({
      do: 'journal',
      event: 'verdict',
      data: {
        host: evidence.host,
        from: before?.verdict ?? null,
        to: found.verdict,
        row: found.row,
        words: found.words,
        facts,
      },
    });
  }
  return {
    verdict: found.verdict,
    row: found.row,
    words: found.words,
    facts,
    sinceMs: same ? before.sinceMs : core.now,
    boot: fresh && !held ? evidence.boot : (before?.boot ?? null),
    lostRounds: isLost(facts) ? (before?.lostRounds ?? 0) + 1 : 0,
    everFresh: (before?.everFresh ?? false) || fresh,
  };
}

function isLost(facts: Facts): boolean {
  return facts.network === 'lost' && facts.storage === 'lost' && facts.witness === 'none-alive';
}

function find(
  core: Core,
  master: Mastership,
  evidence: HostEvidence,
  facts: Facts,
  before: Judgement | undefined,
): Finding {
  const fresh = facts.network === 'fresh' || facts.storage === 'fresh';
  const incident = master.incidents.get(evidence.host);
  if (incident !== undefined) {
    return fresh
      ? { verdict: 'returning', row: 4, words: 'it shows life while its incident is open' }
      : { verdict: 'failed', row: 16, words: `its incident is ${incident.record.phase}` };
  }
  const rebooted = rebootedFrom(master, evidence, facts, before);
  const planned = plannedWork(evidence, fresh && rebooted === null);
  if (planned !== null) return planned;
  if (facts.network !== 'fresh' && isLeaving(evidence, core.now)) {
    return {
      verdict: 'stopped',
      row: 3,
      words: `it announced that it leaves: ${evidence.leaving?.leaving.why ?? ''}`,
    };
  }
  if (fresh && rebooted !== null) {
    return declare(core, master, evidence, facts, rebooted, {
      row: 5,
      words: 'it is back with a new boot id and had not announced a reboot',
    });
  }
  const { network, storage, agent, hearing, witness } = facts;
  const row = lookUp({ network, storage, agent, hearing, witness, health: healthOf(facts) });
  if (row.verdict === 'suspect')
    return { ...row, words: `${row.words}: ${suspectWords(evidence, facts, factsContext(core))}` };
  if (row.verdict !== 'failed') return row;
  return considerFailed(core, master, evidence, facts, before, row);
}

/** Row 2. One that is to be recovered all the same is judged as any other once nothing of it is well. */
function plannedWork({ host, said }: HostEvidence, isWell: boolean): Finding | null {
  const declared = said?.maintenance.declared ?? null;
  if (declared === null || (declared.recover && !isWell)) return null;
  return { verdict: 'maintenance', row: 2, words: maintenanceWords(host, declared) };
}

function considerFailed(
  core: Core,
  master: Mastership,
  evidence: HostEvidence,
  facts: Facts,
  before: Judgement | undefined,
  row: Finding,
): Finding {
  const probed = wasProbed(core, evidence, facts);
  if ((before?.lostRounds ?? 0) + 1 < LOST_ROUNDS || !probed) {
    return {
      verdict: before?.verdict === 'unknown' ? 'unknown' : 'suspect',
      row: 13,
      words: probed
        ? 'silent on every path; looking a second time'
        : `silent on every path; waiting for what its own address answers to a probe${untried(core, before)}`,
    };
  }
  const siteStartMs = core.now - master.sinceMs;
  if (core.reports.siteStart && !wasSeen(evidence, before)) {
    const left = Math.max(0, core.settings.timing.siteStartMs - siteStartMs);
    const words =
      left > 0
        ? 'the site has just started and this host was not seen alive yet; it may still be booting'
        : 'not seen alive since the site started; if it is dead, confirm it: vigil confirm-dead HOST --by NAME';
    return { verdict: 'unknown', row: 15, words };
  }
  return declare(core, master, evidence, facts, null, row);
}

/** One that was begun has ended by then; where very many are silent, each has had its turn. */
const UNTRIED_ROUNDS = 30;

function untried({ settings }: Core, before: Judgement | undefined): string {
  if ((before?.lostRounds ?? 0) < UNTRIED_ROUNDS) return '';
  return `, which ${settings.host} cannot try: look for a firewall, open files and its management address there`;
}

/** What this agent saw of it before it was master, it saw as well. */
function wasSeen({ bootLifeMs }: HostEvidence, before: Judgement | undefined): boolean {
  return (before?.everFresh ?? false) || bootLifeMs !== null;
}

const PLANNED: ReadonlySet<Verdict> = new Set(['maintenance', 'stopped']);

/** A host that stays dark keeps it open, also for the masters that follow: until it is freed, or somebody confirms it. */
function watchSiteStart(core: Core, master: Mastership): void {
  const { judgements, incidents } = master;
  const isOver = [...core.hosts.values()].every((evidence) => {
    const judged = judgements.get(evidence.host);
    return (
      wasSeen(evidence, judged) ||
      incidents.has(evidence.host) ||
      (judged !== undefined && PLANNED.has(judged.verdict))
    );
  });
  if (isOver) endSiteStart(core);
}

/** The silence of the paths alone does not do: its neighbours must have been asked since. */
function wasProbed(core: Core, evidence: HostEvidence, facts: Facts): boolean {
  const own = evidence.probes.get(core.settings.host);
  return own !== undefined && own.begunMs >= (facts.silentSinceMs ?? 0);
}

function declare(
  core: Core,
  master: Mastership,
  evidence: HostEvidence,
  facts: Facts,
  /** The boot that has ended, where that is known. */
  former: BootId | null,
  found: Omit<Finding, 'verdict'>,
): Finding {
  const stop = brake(countForBrake(core, master, evidence.host), former === null ? null : 'reboot');
  if (stop !== null) return { verdict: 'unknown', row: 15, words: `held by the brake: ${stop}` };
  if (!declareIncident(core, master, evidence, facts, { confirmedBy: null, former }))
    return { verdict: 'unknown', row: 15, words: TOO_MANY_INCIDENTS };
  return { verdict: 'failed', ...found };
}
