import type { Parameters } from '../../policy.ts';
import { type MonoMs } from '../../values/index.ts';
import type { Reading } from '../inputs.ts';
import type { MonitorFinding } from './finding.ts';
import { type LevelRule, type LevelWatch, loseLevel, observeLevel } from './level-watch.ts';
import {
  bookTrouble,
  isReferenceKind,
  type ReferenceInputs,
  type ReferenceWatch,
  type Trouble,
  troubleOf,
} from './reference.ts';
import { judgeLevel, tellTrouble, type Verdict } from './verdict.ts';

const BPS = 10_000;

/**
 * The basis monitor for one coin (contract-1 section 43): mark against index, and mark against
 * where the reference instrument trades. Each price has its own time; one that is too old is
 * enough to ask for ReduceOnly.
 */
export function judgeBasis(
  watch: ReferenceWatch,
  inputs: ReferenceInputs,
  parameters: Parameters,
  now: MonoMs,
  verdict: Verdict,
  findings: MonitorFinding[],
): void {
  const { basisPriceMaxAgeMs, basisReduceonlyBps, basisKillBps } = parameters;
  const prices = {
    mark: markOf(inputs),
    index: inputs.index,
    last: lastOrMid(watch, inputs, basisPriceMaxAgeMs, now),
  };
  const subject = watch.name ?? watch.coin;
  const rule = basisRule(parameters);
  const troubled = worstPrice(prices, basisPriceMaxAgeMs, now);
  const levels = [
    ['basis_mark_last_bps', watch.basisMarkLast, prices.last],
    ['basis_mark_index_bps', watch.basisMarkIndex, prices.index],
  ] as const;
  if (troubled !== null) {
    verdict.takeTrouble(troubled.trouble);
    const told = { value: null, at: troubled.at };
    const { trouble, figure } = troubled;
    findings.push(tellTrouble(trouble, figure, subject, 'bps', told, basisPriceMaxAgeMs));
  }
  for (const [figure, level, other] of levels) {
    if (troubled !== null) loseLevel(level, now);
    else observeBasis(level, prices.mark, other, parameters, rule, now);
    const lines = { warnLine: basisReduceonlyBps, killLine: basisKillBps };
    judgeLevel(level, rule, { figure, subject, unit: 'bps', ...lines }, now, verdict, findings);
  }
}

function observeBasis(
  level: LevelWatch,
  mark: Reading<number> | null,
  other: Reading<number> | null,
  { basisReduceonlyBps, basisKillBps }: Parameters,
  rule: LevelRule,
  now: MonoMs,
): void {
  const [of, against] = [mark?.value ?? Number.NaN, other?.value ?? Number.NaN];
  const bps = (Math.abs(of - against) * BPS) / of;
  const wide = { isWarning: bps >= basisReduceonlyBps, isKilling: bps >= basisKillBps };
  observeLevel(level, bps, wide, rule, now);
}

/** The window that must pass before it warns is its own, and so is the one before it kills. */
function basisRule(parameters: Parameters): LevelRule {
  return {
    warnWindowMs: parameters.basisReduceonlyWindowS * 1_000,
    killWindowMs: parameters.basisKillWindowS * 1_000,
    cooldownMs: parameters.basisReduceonlyCooldownS * 1_000,
  };
}

function markOf({ listing }: ReferenceInputs): Reading<number> | null {
  return listing !== null && isReferenceKind(listing.instrument) ? listing.mark : null;
}

/** The middle of a two-sided book while it is young enough, else the younger of it and a trade. */
function lastOrMid(
  { lastTrade }: ReferenceWatch,
  { listing }: ReferenceInputs,
  maxAgeMs: number,
  now: MonoMs,
): Reading<number> | null {
  if (listing === null || !isReferenceKind(listing.instrument)) return lastTrade;
  const { book, instrument } = listing;
  const { updatedAt } = book;
  if (!book.usable || book.bidCount === 0 || book.askCount === 0 || updatedAt === null) {
    return lastTrade;
  }
  const isFresh = bookTrouble(book, now, maxAgeMs) === null;
  if (!isFresh && lastTrade !== null && lastTrade.at > updatedAt) return lastTrade;
  const middle = ((book.bidPrice(0) + book.askPrice(0)) / 2) * instrument.tickE8;
  return { value: middle, at: updatedAt };
}

interface Troubled {
  readonly trouble: Trouble;
  readonly figure: 'basis_mark_last_bps' | 'basis_mark_index_bps';
  readonly at: MonoMs | null;
}

/** What is missing before what is stale; null when all three can be used. */
function worstPrice(
  { mark, index, last }: Readonly<Record<'mark' | 'index' | 'last', Reading<number> | null>>,
  maxAgeMs: number,
  now: MonoMs,
): Troubled | null {
  let worst: Troubled | null = null;
  for (const [reading, figure] of [
    [mark, 'basis_mark_index_bps'],
    [index, 'basis_mark_index_bps'],
    [last, 'basis_mark_last_bps'],
  ] as const) {
    const trouble = troubleOf(reading, now, maxAgeMs);
    if (trouble === null || worst?.trouble === 'missing') continue;
    if (worst === null || trouble === 'missing') {
      worst = { trouble, figure, at: reading?.at ?? null };
    }
  }
  return worst;
}
