import { attemptGroupId, positionGroupId } from '../containment/identity.ts';
import { bestPrice } from '../containment/price.ts';
import { type AskedReduction, createReduction, type Run } from '../containment/run.ts';
import type { ShellEvent } from '../event.ts';
import type { Candidate } from '../gates/gate.ts';
import type { Reject } from '../gates/reject.ts';
import type { TradingMode } from '../guard/mode.ts';
import { attemptKey } from '../intent/attempt.ts';
import type { ReductionTakenOver } from '../ledger/group-records.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { State } from '../state.ts';
import {
  amountE8,
  E8,
  type GroupId,
  type InstrumentName,
  monoMs,
  type PriceE8,
  priceE8,
  type StrategyId,
  strategyId,
  wallMs,
} from '../values/index.ts';
import { heldE8, heldInstruments } from './held.ts';
import { currentMode } from './mode.ts';
import type { Output } from './output.ts';

const OPERATOR = strategyId('operator');
const NEVER = monoMs(0);

/** What the gates of the market say no with: of the book, not of the intent. */
type MarketRefusal = Exclude<AskedReduction['cause'], 'close_out'>;

/**
 * A reduction that the mode permits, refused by the state of the book (AMB-39). In ReduceOnly it is
 * needed: it goes as an emergency close, with the next tick, of at most what was asked for. Active
 * is no reason to trade past a gate, and in Kill everything goes anyway. What would rest asks for a
 * price of its own, and waits for it.
 */
export function takeOverRefused(
  state: State,
  { amountE8: asked, groupId, intentClass, leg, proposal, strategyId: owner }: Candidate,
  { code }: Reject,
  mode: TradingMode,
): void {
  if (mode !== 'ReduceOnly' || intentClass === 'OPEN' || !isOfMarket(code)) return;
  if (leg.timeInForce !== 'immediate_or_cancel' || proposal.reduceOnly !== true) return;
  const limit = limitOf(leg.limitPrice);
  if (limit === null || !(asked > 0)) return;
  const { instrument, side } = leg;
  begin(state, { parent: groupId, strategyId: owner, instrument }, (held) => {
    if (side !== reducingSide(held)) return null;
    const amount = amountE8(Math.min(asked, Math.abs(held)));
    return { side, amountE8: amount, limitPriceE8: limit, cause: code };
  });
}

/**
 * An operator's flatten: one round of emergency closes of everything that is held, in any mode, and
 * each by itself, so that what one instrument refuses holds up no other (contract-1 section 8).
 */
export function onCloseOutCommanded(
  state: State,
  _command: Extract<ShellEvent, { kind: 'closeOutCommanded' }>,
): void {
  const { containment } = state.observations;
  for (const instrument of heldInstruments(state)) {
    const parent = positionGroupId(instrument, containment.epoch, containment.made);
    const begun = begin(state, { parent, strategyId: OPERATOR, instrument }, (held) => ({
      side: reducingSide(held),
      amountE8: amountE8(Math.abs(held)),
      limitPriceE8: null,
      cause: 'close_out',
    }));
    if (begun) containment.made += 1;
  }
}

interface Asker {
  readonly parent: GroupId;
  readonly strategyId: StrategyId;
  readonly instrument: InstrumentName;
}

/** At most one of an instrument at a time, only of what is held, and none a second time (D-5). */
function begin(state: State, who: Asker, ask: (heldE8: number) => AskedReduction | null): boolean {
  const { containment, now, pendingAttempts } = state.observations;
  if (containment.positions.has(who.instrument) || wasBegun(state, who.parent)) return false;
  const held = heldE8(state, who.instrument);
  const asked = held === 0 ? null : ask(held);
  if (asked === null) return false;
  containment.positions.set(who.instrument, createReduction(who, asked, now, NEVER));
  pendingAttempts.add(attemptKey(who.parent, 0));
  return true;
}

/** It was taken over, or its first attempt was made before. */
function wasBegun({ facts, observations }: State, parent: GroupId): boolean {
  const { epoch } = observations.containment;
  const first = { parent, purpose: 'close', epoch, round: 0, attempt: 1, legIndex: 0 } as const;
  return [attemptKey(parent, 0), attemptKey(attemptGroupId(first), first.legIndex)].some(
    (key) => facts.seenAttempts.has(key) || observations.pendingAttempts.has(key),
  );
}

/** Nothing left for it: whoever asked may ask again, and the gates may let it through then. */
export function giveBack({ observations }: State, { asked, parent, told }: Run): void {
  if (asked !== null && !told) observations.pendingAttempts.delete(attemptKey(parent, 0));
}

/** On record: from here on the ledger knows that what was asked for had its turn. */
export function onReductionRecorded({ observations }: State, record: ReductionTakenOver): void {
  observations.pendingAttempts.delete(attemptKey(record.groupId, 0));
}

function reducingSide(held: number): AskedReduction['side'] {
  return held > 0 ? 'sell' : 'buy';
}

function isOfMarket(code: Reject['code']): code is MarketRefusal {
  return code === 'LiquidityGateNoL2' || code === 'ExpectedSlippageTooHigh';
}

function limitOf(limit: number | null): PriceE8 | null {
  const exact = limit === null ? Number.NaN : Math.round(limit * E8);
  return Number.isSafeInteger(exact) && exact > 0 ? priceE8(exact) : null;
}

/** One round is all it gets: the next one is for whoever asked to ask for. */
export function isReductionOver(state: State, run: Run, isSpent: boolean): boolean {
  if (isSpent || run.doubt) return true;
  // Where the gates stand again for everybody they stand for it.
  return run.asked?.cause !== 'close_out' && currentMode(state).mode === 'Active';
}

/** The touch is not worse than what was asked for; of one that is not there nothing is said. */
export function isWantedNow({ observations }: State, { asked, instrument }: Run): boolean {
  if (asked?.limitPriceE8 == null || instrument === null) return true;
  const { listings, now, policy } = observations;
  const listing = listings.get(instrument);
  if (listing === undefined) return true;
  const { l2BookSnapshotMaxAgeMs } = policy?.parameters ?? DEFAULT_PARAMETERS;
  const best = bestPrice(listing, asked.side, now, l2BookSnapshotMaxAgeMs);
  if (best === null) return true;
  const { limitPriceE8: limit } = asked;
  return asked.side === 'buy' ? best.priceE8 <= limit : best.priceE8 >= limit;
}

/** On record and told with its first order: nothing is taken over before something leaves. */
export function tellReduction(state: State, run: Run, output: Output): void {
  const { asked, instrument, parent: groupId, strategyId: owner } = run;
  if (asked === null || instrument === null || run.told) return;
  run.told = true;
  const { side, amountE8: amount, cause } = asked;
  const what = { groupId, strategyId: owner, instrument, side, amountE8: amount, cause };
  output.report({ kind: 'reductionTakenOver', ...what });
  const at = wallMs(state.observations.now);
  output.append(Object.freeze({ type: 'reductionTakenOver', at, ...what }));
}
