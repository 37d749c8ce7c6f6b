import type { Parameters } from '../../policy.ts';
import { type MonoMs, monoMs } from '../../values/index.ts';
import type { Reading } from '../inputs.ts';
import type { MonitorFinding } from './finding.ts';
import { type LevelRule, loseLevel, observeLevel } from './level-watch.ts';
import { depthUsd, spreadBps } from './microstructure.ts';
import {
  bookTrouble,
  isReferenceKind,
  type ReferenceInputs,
  type ReferenceWatch,
  troubleOf,
} from './reference.ts';
import { judgeLevel, tellTrouble, type Verdict } from './verdict.ts';

/** A rise this little below its line is at its line: rounded against us. */
const RISE_ERROR = 1e-9;

/**
 * The reflexive cortex for one coin (contract-1 section 40): spread and depth of the reference
 * instrument, and the coin's volatility index. Looks at everything anew and adds what it asks for.
 */
export function judgeCortex(
  watch: ReferenceWatch,
  inputs: ReferenceInputs,
  parameters: Parameters,
  now: MonoMs,
  verdict: Verdict,
  findings: MonitorFinding[],
): void {
  judgeBook(watch, inputs, parameters, now, verdict, findings);
  judgeDvol(watch, inputs.dvol, parameters, now, verdict, findings);
}

function judgeBook(
  watch: ReferenceWatch,
  { listing }: ReferenceInputs,
  parameters: Parameters,
  now: MonoMs,
  verdict: Verdict,
  findings: MonitorFinding[],
): void {
  const { spread, depth, name, coin } = watch;
  const rule = bookRule(parameters);
  const { spreadMaxBps, spreadKillBps, depthMin, depthKillMin, cortexBookMaxAgeMs } = parameters;
  const usable = listing !== null && isReferenceKind(listing.instrument) ? listing : null;
  const trouble = usable === null ? 'missing' : bookTrouble(usable.book, now, cortexBookMaxAgeMs);
  const subject = name ?? coin;
  if (usable === null || trouble !== null) {
    loseLevel(spread, now);
    loseLevel(depth, now);
    const at = usable?.book.updatedAt ?? null;
    verdict.takeTrouble(trouble ?? 'missing');
    findings.push(
      tellTrouble(
        trouble ?? 'missing',
        'spread_bps',
        subject,
        'bps',
        { value: spread.value, at },
        cortexBookMaxAgeMs,
      ),
    );
  } else {
    const bps = spreadBps(usable.book);
    const wide = { isWarning: bps > spreadMaxBps, isKilling: bps >= spreadKillBps };
    observeLevel(spread, bps, wide, rule, now);
    const usd = depthUsd(usable.book, usable.instrument);
    const thin = { isWarning: usd < depthMin, isKilling: usd <= depthKillMin };
    observeLevel(depth, usd, thin, rule, now);
  }
  const bps = { subject, unit: 'bps', warnLine: spreadMaxBps, killLine: spreadKillBps } as const;
  judgeLevel(spread, rule, { figure: 'spread_bps', ...bps }, now, verdict, findings);
  const usd = { subject, unit: 'USD', warnLine: depthMin, killLine: depthKillMin } as const;
  judgeLevel(depth, rule, { figure: 'depth_topN', ...usd }, now, verdict, findings);
}

function bookRule({ cortexKillWindowS, spreadDepthCooldownS }: Parameters): LevelRule {
  return {
    warnWindowMs: 0,
    killWindowMs: cortexKillWindowS * 1_000,
    cooldownMs: spreadDepthCooldownS * 1_000,
  };
}

/**
 * Takes a value of the volatility index. A rise trips when it is first seen, and again with every
 * higher value that is still such a rise: what stays where it jumped to is no new jump.
 */
export function noteDvol(
  { dvol }: ReferenceWatch,
  { value, at }: Reading<number>,
  { dvolJumpPct, dvolJumpWindowS, dvolCooldownS }: Parameters,
  now: MonoMs,
): void {
  if (!(value > 0) || !Number.isFinite(value) || !(at <= now)) return;
  if (!dvol.window.add(value, at, dvolJumpWindowS * 1_000)) return;
  const rise = dvol.window.rise();
  if (!(rise >= dvolJumpPct - RISE_ERROR)) return;
  const stands = dvol.trippedAt !== null && now - dvol.trippedAt < dvolCooldownS * 1_000;
  if (stands && value <= dvol.highest) return;
  dvol.rise = rise;
  dvol.trippedAt = now;
  dvol.highest = value;
}

function judgeDvol(
  { coin, dvol }: ReferenceWatch,
  reading: Reading<number> | null,
  { cortexDvolMaxAgeMs, dvolJumpPct, dvolCooldownS }: Parameters,
  now: MonoMs,
  verdict: Verdict,
  findings: MonitorFinding[],
): void {
  const trouble = troubleOf(reading, now, cortexDvolMaxAgeMs);
  if (trouble !== null) {
    verdict.takeTrouble(trouble);
    const told = { value: null, at: reading?.at ?? null };
    findings.push(tellTrouble(trouble, 'dvol_rise', coin, 'ratio', told, cortexDvolMaxAgeMs));
  }
  if (dvol.trippedAt === null || now - dvol.trippedAt >= dvolCooldownS * 1_000) return;
  verdict.reduce();
  findings.push({
    figure: 'dvol_rise',
    subject: coin,
    unit: 'ratio',
    standing: 'cooling',
    asks: 'ReduceOnly',
    value: dvol.rise,
    limit: dvolJumpPct,
    since: dvol.trippedAt,
    clearsAt: monoMs(dvol.trippedAt + dvolCooldownS * 1_000),
    clears: `${dvolCooldownS} s after the last rise`,
  });
}
