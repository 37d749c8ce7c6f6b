import { NO_MEASURES, note, plain } from './answers.ts';
import { ageMs } from '../values/index.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS, listingOf, OPEN_ONLY, policyOf } from './scope.ts';

/**
 * The venue listed it, and it is of a kind this build can size (contract-1 section 6.1, AMB-46).
 */
export const listed: SafetyGate = {
  name: 'listed',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { instrument } = candidate.leg;
    const listing = context.listings.get(instrument);
    if (listing !== undefined) {
      candidate.listing = listing;
      return null;
    }
    const kind = context.unsupported.get(instrument);
    return kind === undefined
      ? reject('InstrumentMetadataMissing', { instrument, field: 'instrument' })
      : reject('InstrumentKindUnsupported', { instrument, kind });
  },
};

/**
 * Metadata older than its TTL sizes no OPEN; it stays good enough for a reduction (section 7,
 * AMB-46).
 */
export const metadataFresh: SafetyGate = {
  name: 'metadata-fresh',
  measures: [plain('metadataAgeMs'), plain('metadataMaxAgeMs')],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const age = note(candidate, ageMs(context.now, listingOf(candidate).fetchedAt) ?? Number.NaN);
    const maxAge = policyOf(context).parameters.instrumentCacheTtlS * 1000;
    if (age <= note(candidate, maxAge)) return null;
    return reject('InstrumentMetadataMissing', {
      instrument: candidate.leg.instrument,
      field: 'instrument_cache_age_s',
    });
  },
};
