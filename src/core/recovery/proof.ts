/**
 * Is there proof that the failed host runs nothing any more? Without one that the configuration accepts, nothing is
 * recovered.
 */
import type { Core } from '../state.ts';
import type { HostEvidence } from '../evidence/host.ts';
import type { Facts } from '../verdict/facts.ts';
import { isBackWithNewBoot } from './life.ts';
import type { IncidentRecord, Proof } from '../wire/records.ts';

export type ProofFound = { readonly proof: Proof } | { readonly proof: null; readonly lacking: string };

export function findProof(
  core: Core,
  record: IncidentRecord,
  evidence: HostEvidence | undefined,
  facts: Facts | undefined,
): ProofFound {
  // Somebody gave his name for it: that is a choice made, whatever the configuration accepts by itself.
  if (record.confirmedBy !== null) return { proof: 'operator' };
  const accepted = core.settings.recovery.acceptedProofs;
  if (evidence !== undefined && facts !== undefined && isBackWithNewBoot(record, evidence, facts)) {
    if (accepted.includes('reboot')) return { proof: 'reboot' };
    const lacking = 'it is back with a new boot id, but recovery.accept_proofs does not list reboot';
    return { proof: null, lacking };
  }
  const lacking = accepted.map((proof) => `${proof}: ${lackOf(core, proof, facts)}`);
  if (
    accepted.includes('silence') &&
    facts !== undefined &&
    silenceHolds(core, facts, evidence?.witnessMs ?? null)
  )
    return { proof: 'silence' };
  return {
    proof: null,
    lacking: lacking.length === 0 ? 'the configuration accepts no proof by itself' : lacking.join('; '),
  };
}

/** Not a proof but a bet: every path silent for the bound, and nova-compute silent for a whole report interval. */
function silenceHolds(core: Core, facts: Facts, witnessMs: number | null): boolean {
  const { timing } = core.settings;
  // Whoever was heard by others a moment ago may be cut off just now.
  const sinceMs = facts.silentSinceMs === null ? null : Math.max(facts.silentSinceMs, witnessMs ?? 0);
  const silentMs = sinceMs === null ? 0 : core.now - sinceMs;
  return (
    facts.network === 'lost' &&
    facts.storage === 'lost' &&
    facts.witness === 'none-alive' &&
    facts.novaReport === 'quiet' &&
    silentMs >= timing.novaReportMs + timing.novaReportSlackMs
  );
}

function lackOf(core: Core, proof: Proof, facts: Facts | undefined): string {
  switch (proof) {
    case 'silence':
      if (facts === undefined || facts.storage !== 'lost') return 'not every path is known to be silent';
      if (facts.witness !== 'none-alive') return `a witness is alive (${facts.witnesses.join(', ')})`;
      if (facts.novaReport === 'unknown') {
        return core.nova.failure === null
          ? 'nova-compute has not been silent for a report interval yet'
          : `nova cannot be asked whether nova-compute still reports (${core.nova.failure})`;
      }
      return 'not silent for long enough yet';
    case 'operator':
      return 'nobody has confirmed it';
    case 'reboot':
      return 'the host has not come back with a new boot id';
    case 'power':
    case 'lease':
    case 'storage':
      return 'not available in this version';
  }
}
