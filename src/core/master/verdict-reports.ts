/** Reports of verdicts: one per host and change, one per partition, each with its end. */
import { begin, end } from '../reports/book.ts';
import type { Report } from '../reports/report.ts';
import type { Core } from '../state.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { HostName } from '../wire/records.ts';
import type { Judgement, Mastership } from './mastership.ts';

/** It lasts seconds; what it waits for after so long may never come. */
const SUSPECT_UNTOLD_MS = 60_000;

/** Verdicts that are no news: nothing is wrong, or nothing is decided. */
const SILENT: ReadonlySet<Verdict> = new Set(['online', 'suspect']);

const SEVERITY: Record<Verdict, Report['severity']> = {
  online: 'info',
  suspect: 'info',
  failed: 'critical',
  isolated: 'warning',
  partitioned: 'warning',
  'agent-down': 'warning',
  degraded: 'warning',
  unknown: 'critical',
  maintenance: 'info',
  stopped: 'info',
  returning: 'info',
};

const ADVICE: Partial<Record<Verdict, string>> = {
  isolated: 'Its VMs run on. Check its management network link.',
  'agent-down': 'Its VMs run on, unprotected. Restart its agent and look at its journal.',
  degraded:
    'Its VMs run on. Repair what is named; until then it takes VMs of failed hosts only where no whole host can.',
  unknown:
    'Nothing is done for it, and the brake holds others on its account. If you know that it is dead: vigil confirm-dead HOST --by NAME.',
};

export function reportVerdicts(core: Core, master: Mastership): void {
  for (const { facts } of master.judgements.values()) if (facts.network === 'unseen') return;
  const open = openByHost(core);
  for (const [host, judgement] of master.judgements) reportHost(core, host, judgement, open.get(host) ?? []);
  reportPartition(core, master);
}

/** The causes of open reports on verdicts: of many hosts few have any. */
function openByHost({ reports }: Core): ReadonlyMap<HostName, readonly string[]> {
  const byHost = new Map<HostName, string[]>();
  for (const cause of reports.open.keys()) {
    const [kind, host = ''] = cause.split('/');
    if (kind === 'host') byHost.set(host, [...(byHost.get(host) ?? []), cause]);
  }
  return byHost;
}

function reportHost(core: Core, host: HostName, judgement: Judgement, open: readonly string[]): void {
  const { verdict, row, words, facts } = judgement;
  const cause = `host/${host}/${verdict}`;
  if (verdict === 'suspect') {
    // It is in between: what was reported of it stands until something else is sure.
    if (core.now - judgement.sinceMs >= SUSPECT_UNTOLD_MS) begin(core, cause, stillSuspect(host, judgement));
    return;
  }
  if (SILENT.has(verdict) && open.length === 0) return;
  const silent = `${cause}-silent`;
  const isSilent = verdict === 'maintenance' && facts.network === 'lost' && facts.storage !== 'fresh';
  const own = SILENT.has(verdict) || verdict === 'partitioned' ? [] : isSilent ? [cause, silent] : [cause];
  for (const ended of open)
    if (!own.includes(ended))
      end(core, ended, `${host} is no longer ${ended.split('/')[2] ?? ''}: now ${verdict}`);
  if (own.length === 0) return;
  begin(core, cause, {
    severity: SEVERITY[verdict],
    host,
    title: `${host} is ${verdict}${verdict === 'degraded' ? `: ${degradedBy(judgement)}` : ''}`,
    rule: `${row}: ${words}`,
    evidence: { ...facts },
    advice: ADVICE[verdict] ?? null,
  });
  if (isSilent) begin(core, silent, silentInMaintenance(host, judgement));
}

/** Planned work or its death: nobody here can tell, and by its declaration nothing is done. */
function silentInMaintenance(host: HostName, { row, words, facts }: Judgement): Parameters<typeof begin>[2] {
  return {
    severity: 'warning',
    host,
    title: `${host} is silent in maintenance`,
    rule: `${row}: ${words}`,
    evidence: { ...facts },
    advice: 'If it has died and its VMs are to be recovered: vigil confirm-dead HOST --by NAME.',
  };
}

function stillSuspect(host: HostName, { row, words, facts }: Judgement): Parameters<typeof begin>[2] {
  return {
    severity: 'critical',
    host,
    title: `${host} stays suspect: what is waited for does not come`,
    rule: `${row}: ${words}`,
    evidence: { ...facts },
    advice:
      'Nothing is done for it until then, and the brake holds others on its account. See to what is named. If you know that it is dead: vigil confirm-dead HOST --by NAME.',
  };
}

function degradedBy({ facts }: Judgement): string {
  // Anything else is now of the one, now of the other.
  if (facts.namesakes) return 'two agents speak in its name';
  const volumes = facts.troubledVolumes.map((name) => `volume ${name}`);
  return [...volumes, ...(facts.hearsMaster ? [] : ['does not hear the master'])].join(', ');
}

/** For so many beats the sides of a partition must stand before they are told. */
const SIDES_BEATS = 3;
/** Where they do not stand still, they are told after so many. */
const UNTOLD_BEATS = 10;

function reportPartition(core: Core, master: Mastership): void {
  const { now, settings } = core;
  const far: HostName[] = [];
  let isMoving = false;
  for (const [host, { verdict, facts }] of master.judgements) {
    // Sides are complete once everybody has taken one.
    if (verdict === 'suspect' && facts.network === 'lost') isMoving = true;
    if (verdict === 'partitioned') far.push(host);
  }
  if (far.length === 0) {
    if (isMoving) return;
    master.partition = null;
    end(core, 'partition', 'the management network is whole again');
    return;
  }
  const near = [...master.judgements]
    .filter(([, { facts }]) => facts.network === 'fresh')
    .map(([host]) => host);
  const thisSide = [settings.host, ...near].sort();
  const farSide = far.sort();
  const sides = `${thisSide.join(', ')} | ${farSide.join(', ')}`;
  master.partition ??= { sides, sinceMs: now, begunMs: now };
  // While it comes or goes, hosts change sides one after the other.
  if (!isMoving && master.partition.sides !== sides)
    master.partition = { ...master.partition, sides, sinceMs: now };
  const beats = (sinceMs: number): number => (now - sinceMs) / settings.timing.beatMs;
  const isDue = !core.reports.open.has('partition') && beats(master.partition.begunMs) >= UNTOLD_BEATS;
  const isStill = !isMoving && beats(master.partition.sinceMs) >= SIDES_BEATS;
  if (!isStill && !isDue) return;
  begin(core, 'partition', {
    severity: 'critical',
    host: null,
    title: `the management network is partitioned: ${sides}`,
    rule: '10: hosts write to shared storage and hear each other, but not the master',
    evidence: { thisSide, farSide },
    advice: 'All VMs run on. Repair the network between the two sides.',
  });
}
