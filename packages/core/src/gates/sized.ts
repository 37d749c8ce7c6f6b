import type { Instrument } from '../instrument/instrument.ts';
import { quantizeQuantity } from '../instrument/quantize.ts';
import { contractsMatch, notionalOf, sizeOrder } from '../instrument/sizing.ts';
import {
  amountE8,
  coinE8,
  E8,
  microUsd,
  mulDivUp,
  type PriceE8,
  quantity,
} from '../values/index.ts';
import { orderDeltaE8 } from './delta.ts';
import { inE8, inUsd, note } from './answers.ts';
import type { Candidate, ExposureView, GateContext, Listing, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS, listingOf, parametersOf, policyOf, toDecimal } from './scope.ts';

/**
 * From what the strategy asked for to what would be sent: whole amount steps, contracts that agree,
 * no more than the policy or the position allows, and its worth and delta (contract-1 sections 6,
 * 9, 17). All metadata an order needs is asked for here, the tick included, so that nothing later
 * is computed from a hole.
 */
export const sized: SafetyGate = {
  name: 'sized',
  measures: [
    inE8('amountAsked'),
    inE8('positionFaced'),
    inE8('contracts'),
    inE8('maxContracts'),
    inE8('amount'),
    inUsd('notionalUsd'),
    inE8('delta'),
  ],
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const listing = listingOf(candidate);
    const { instrument } = listing;
    if (!isCount(instrument.tickE8)) return missing(instrument, 'tick_size');
    const quantized = quantizeQuantity(instrument, candidate.leg.quantity);
    if (!quantized.ok) return quantized.reject;
    candidate.quantity = quantized.quantity;
    candidate.amountE8 = quantized.amountE8;
    note(candidate, quantized.amountE8);
    const mismatch = contractsOff(context, candidate, instrument);
    if (mismatch !== null) return mismatch;
    const indexE8 = context.indexPriceE8(instrument.underlying);
    const refusal =
      candidate.intentClass === 'OPEN'
        ? (overOrderSize(context, candidate, instrument) ??
          valueOpening(candidate, listing, indexE8))
        : (capAtPosition(context.exposure, candidate, instrument) ??
          valueReduction(candidate, listing, indexE8));
    if (refusal !== null) return refusal;
    note(candidate, candidate.amountE8);
    note(candidate, candidate.notional);
    note(candidate, candidate.deltaE8);
    return null;
  },
};

/**
 * The strategy's own two figures must agree; decimal contracts (D-6). What is sent is the quantized
 * amount alone.
 */
function contractsOff(
  context: GateContext,
  { leg, intentClass }: Candidate,
  instrument: Instrument,
): Reject | null {
  const multiplierE8 = instrument.contractMultiplierE8;
  if (leg.contracts === null && intentClass !== 'OPEN') return null;
  if (!isCount(multiplierE8)) return missing(instrument, 'contract_multiplier');
  if (leg.contracts === null) return null;
  const contractMultiplier = toDecimal(multiplierE8);
  const tolerance = parametersOf(context).contractsAmountMatchTolerance;
  if (contractsMatch(leg.quantity, leg.contracts, contractMultiplier, tolerance)) return null;
  const operands = { amount: leg.quantity, contracts: leg.contracts, contractMultiplier };
  return reject('ContractsAmountMismatch', operands);
}

/**
 * A reduction is made provable: there is a position on the other side, and no more of it is asked
 * for than is there. A larger one is cut to the position rather than refused (the venue's flag
 * would do the same to what it fills); one with nothing to reduce is refused, as the venue would
 * (D-15). A second reduction in flight is the flag's business: this looks at the position alone.
 */
function capAtPosition(
  exposure: ExposureView,
  candidate: Candidate,
  instrument: Instrument,
): Reject | null {
  const position = exposure.positionE8(instrument.name);
  const held = note(candidate, candidate.leg.side === 'sell' ? position : 0 - position);
  // An order size is asked of what opens alone.
  note(candidate, Number.NaN);
  note(candidate, Number.NaN);
  if (!(held > 0)) return reject('InvalidInput', { field: 'reduceOnly' });
  if (candidate.amountE8 <= held) return null;
  const amount = held - (held % instrument.amountStepE8);
  const steps = amount / instrument.amountStepE8;
  if (steps < instrument.minAmount) {
    return reject('TooSmallAfterQuantization', {
      amount: toDecimal(amount),
      minAmount: toDecimal(instrument.minAmount * instrument.amountStepE8),
    });
  }
  candidate.quantity = quantity(steps);
  candidate.amountE8 = amountE8(amount);
  return null;
}

function overOrderSize(
  context: GateContext,
  candidate: Candidate,
  instrument: Instrument,
): Reject | null {
  const { maxOrderSizeContractsE8: maxE8 } = policyOf(context).limits;
  // A position is asked for by what reduces alone.
  note(candidate, Number.NaN);
  const contractsE8 = note(
    candidate,
    mulDivUp(candidate.amountE8, E8, instrument.contractMultiplierE8),
  );
  if (contractsE8 <= note(candidate, maxE8)) return null;
  return reject('PolicyLimitExceeded', {
    limit: 'max_order_size_contracts',
    value: toDecimal(contractsE8),
    max: toDecimal(maxE8),
  });
}

function valueOpening(
  candidate: Candidate,
  listing: Listing,
  indexE8: PriceE8 | null,
): Reject | null {
  const order = sizeOrder(listing.instrument, candidate.amountE8, indexE8);
  if (!order.ok) return order.reject;
  candidate.notional = order.size.notional;
  candidate.deltaE8 = coinE8(orderDeltaE8(candidate, listing, indexE8));
  return null;
}

/** Nothing about a reduction waits for an index: its worth and delta are only for the record. */
function valueReduction(candidate: Candidate, listing: Listing, indexE8: PriceE8 | null): null {
  const notional = notionalOf(listing.instrument, candidate.amountE8, indexE8);
  const delta = orderDeltaE8(candidate, listing, indexE8);
  candidate.notional = microUsd(Number.isNaN(notional) ? 0 : notional);
  candidate.deltaE8 = coinE8(Number.isNaN(delta) ? 0 : delta);
  return null;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function missing(instrument: Instrument, field: string): Reject {
  return reject('InstrumentMetadataMissing', { instrument: instrument.name, field });
}
