/** Two-legged intents at a desk, and what the venue answers to their orders. Not product code. */
import type { Submit } from '../src/effect.ts';
import { BTC_CALL, BTC_PUT, legOf } from '../src/gates/context.fixture.ts';
import { USDC_PERPETUAL } from '../src/instrument/samples.fixture.ts';
import type { LegProposal } from '../src/intent/intent.ts';
import type { Label } from '../src/values/index.ts';
import type { Desk } from './desk.ts';

/** Buys the call and the put, 1 each, with edge to spare. */
export const CALL_LEG = legOf({ instrument: BTC_CALL.name, quantity: 1, grossEdgeUsd: 400 });
export const PUT_LEG = legOf({ instrument: BTC_PUT.name, quantity: 1, grossEdgeUsd: 400 });

export function proposePair(
  desk: Desk,
  first: Partial<LegProposal> = {},
  second: Partial<LegProposal> = {},
  group?: string,
): void {
  const legs = [
    { ...CALL_LEG, ...first },
    { ...PUT_LEG, ...second },
  ];
  desk.propose({}, { legs }, group);
}

let trades = 0;

/** The venue fills a share of the order and ends it: immediate-or-cancel. */
export function answer(desk: Desk, submit: Submit | undefined, share: number): void {
  trades += 1;
  if (share > 0) desk.fill(submit, `t${trades}`, share);
  desk.report(submit, share >= 1 ? 'filled' : 'cancelled', share);
}

export function refuse(desk: Desk, submit: Submit | undefined): void {
  if (submit === undefined) throw new Error('nothing was submitted');
  const { label } = submit.order.terms;
  const answered = { fault: 'not_enough_funds', outcome: 'refused', venueCode: 10_009 } as const;
  desk.post({ kind: 'dispatchFailed', label, ...answered });
}

/** Orders of containment so far, oldest first, with what they were for. */
export function contained(desk: Desk): { purpose: string; attempt: number; submit: Submit }[] {
  return desk.recordsOf('containmentPlanned').flatMap(({ purpose, attempt, label }) => {
    const submit = desk.submits.find(({ order }) => order.terms.label === label);
    return submit === undefined ? [] : [{ purpose, attempt, submit }];
  });
}

export function purposes(desk: Desk): string[] {
  return contained(desk).map(({ purpose }) => purpose);
}

/** The newest order. */
export function last(desk: Desk): Submit {
  const submit = desk.submits.at(-1);
  if (submit === undefined) throw new Error('nothing was submitted');
  return submit;
}

/** States a group has gone through on record. */
export function states(desk: Desk): string[] {
  return desk.recordsOf('groupStateChanged').map(({ state, cause }) => `${state} ${cause}`);
}

export function priceOf({ order }: Submit): number {
  return order.terms.limitPriceE8 / 100_000_000;
}

export function sentOnWaiver(desk: Desk): Label[] {
  return desk.submits.flatMap((each) => ('waiver' in each ? [each.order.terms.label] : []));
}

/** Nobody can read the books of the two legs any more. */
export function voidBooks(desk: Desk): void {
  for (const instrument of [BTC_CALL, BTC_PUT]) {
    desk.state.observations.listings.get(instrument.name)?.book.void();
  }
}

/** Of the first pair on record. */
export function isLeg(label: string, desk: Desk): boolean {
  const [group] = desk.recordsOf('groupRecorded');
  return group?.first.label === label || group?.second.label === label;
}

/** A deep market in what hedges. */
export function quotePerpetual(desk: Desk): void {
  desk.post({
    kind: 'bookChanged',
    instrument: USDC_PERPETUAL.name,
    changeId: desk.now,
    prevChangeId: null,
    bids: [199_999, 1_000_000],
    asks: [200_001, 1_000_000],
  });
}
