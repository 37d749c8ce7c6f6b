import { inE8, NO_MEASURES, note } from './answers.ts';
import { unreachable } from '../assert.ts';
import type { Instrument } from '../instrument/instrument.ts';
import type { ProductFamily } from '../policy.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { instrumentOf, OPEN_ONLY, policyOf } from './scope.ts';

/**
 * What the launch policy does not list is forbidden (phases section 1.3). A position outside it can
 * still be closed.
 */
export const universe: SafetyGate = {
  name: 'universe',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { universe: allowed } = policyOf(context);
    const instrument = instrumentOf(candidate);
    if (!allowed.underlyings.includes(instrument.underlying)) {
      return notAllowed(instrument, 'underlying');
    }
    const family = familyOf(instrument);
    if (!allowed.families.includes(family) && !allowed.hedgeOnlyFamilies.includes(family)) {
      return notAllowed(instrument, 'family');
    }
    return null;
  },
};

/**
 * A hedge-only family may open nothing but a smaller |net delta|, whatever pending orders become:
 * the rule must hold at both ends of their range. For one order `delta` on a net delta `d`, |d +
 * delta| < |d| is 2|d| > |delta| with opposite signs. Its gross-notional half cannot hold for any
 * new hedge and is exempt (D-15).
 */
export const hedgeOnly: SafetyGate = {
  name: 'hedge-only',
  measures: [inE8('opposedDelta'), inE8('orderDelta')],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const instrument = instrumentOf(candidate);
    if (!policyOf(context).universe.hedgeOnlyFamilies.includes(familyOf(instrument))) return null;
    const { exposure } = context;
    const { underlying } = instrument;
    const current = exposure.currentDeltaE8(underlying);
    const opposed =
      candidate.deltaE8 > 0
        ? 0 - (current + exposure.pendingLongDeltaE8(underlying))
        : current + exposure.pendingShortDeltaE8(underlying);
    const faced = note(candidate, opposed);
    const size = Math.abs(note(candidate, candidate.deltaE8));
    if (size !== 0 && 2 * faced > size) return null;
    return notAllowed(instrument, 'hedge_only');
  },
};

/** The policy's name for a product. A linear future without expiry is the linear perpetual. */
function familyOf(instrument: Instrument): ProductFamily {
  switch (instrument.kind) {
    case 'option':
      return instrument.quote === 'coin' ? 'inverse_option' : 'linear_option';
    case 'inverse_future':
      return 'inverse_future';
    case 'perpetual':
      return 'inverse_perpetual';
    case 'linear_future':
      return instrument.expiry === null ? 'linear_perpetual' : 'linear_future';
    default:
      return unreachable(instrument.kind);
  }
}

function notAllowed(instrument: Instrument, rule: string): Reject {
  return reject('InstrumentNotAllowed', { instrument: instrument.name, rule });
}
