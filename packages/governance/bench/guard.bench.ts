/**
 * What it costs to ask the guard over a diary of a million decisions, half of them of one policy:
 * regimes are counted once for each head of the diary, so that a check is a look at a few numbers.
 */
import type { DiaryFact } from '../src/evidence/diary-fact.ts';
import { DEFAULT_GUARD_CONFIG } from '../src/promotion/guard/config.ts';
import { CoverageBook } from '../src/promotion/guard/coverage.ts';
import { type GuardInputs, validate } from '../src/promotion/guard/guard.ts';
import { GATED_STATUSES } from '../src/promotion/registry/status.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  readonly pass: boolean;
}

const ENTRIES = 1_000_000;
const POLICIES = 21;
const CHECKS = 50_000;
const TARGET_MS = 5;
const NOW = Date.UTC(2026, 10, 22);
const HEAD = { seq: ENTRIES - 1, hash: 'head' };
const REGIMES = ['balanced', 'bullish', 'bearish', 'dislocated'] as const;

/** @param nth of its policy. */
function factOf(seq: number, policyId: string, nth: number): DiaryFact {
  return {
    entryId: `dd-${seq}`,
    seq,
    policyId,
    recordedAt: NOW - ENTRIES + seq,
    stage: nth % 5 === 0 ? 'paper' : 'pilot',
    severity: 'normal',
    isRiskForced: nth % 11 === 0,
    route: 'live',
    regime: REGIMES[Math.floor(nth / 5) % REGIMES.length] ?? null,
    regimeConfidence: 0.4 + (nth % 7) / 10,
    executionMode: nth % 5 === 0 ? 'paper' : 'live',
    provenance: { clock: 'real', venue: 'live', data: 'recorded' },
  };
}

function diaries(): ReadonlyMap<string, readonly DiaryFact[]> {
  const facts = new Map<string, DiaryFact[]>();
  for (let seq = 0; seq < ENTRIES; seq += 1) {
    const policyId = seq % 2 === 0 ? 'large' : `policy-${seq % (POLICIES - 1)}`;
    const own = facts.get(policyId) ?? [];
    own.push(factOf(seq, policyId, own.length));
    facts.set(policyId, own);
  }
  return facts;
}

function inputsOf(
  policyId: string,
  facts: readonly DiaryFact[],
  tally: Extract<GuardInputs['diary'], { state: 'read' }>['tally'],
): GuardInputs {
  return {
    config: DEFAULT_GUARD_CONFIG,
    policyId,
    posture: {
      policyId,
      tacticId: policyId,
      recordPresent: true,
      stage: 'limited_live',
      declaredStage: 'limited_live',
      auditStage: 'limited_live',
      approvals: ['compliance', 'risk'],
      approversOf: { paper: 0, pilot: 1, limited_live: 2 },
      evidenceId: 'dd-1',
      auditGaps: [],
      gapsOf: { paper: [], pilot: [], limited_live: [] },
      transitions: [],
      resets: [],
      ledgerOk: true,
    },
    diary: { state: 'read', reading: { facts, violations: [], missing: 0 }, isViewOk: true, tally },
    graduation: {
      gateStatus: { paper: 'clear', pilot: 'clear', limited_live: 'clear' },
      paperGreenDays: 20,
      epochs: { experiment: null, paper: null, pilot: null, limited_live: null },
    },
    relief: [],
    evidenceSince: 0,
    environment: 'prod',
    now: NOW,
  };
}

/** Milliseconds of each check. */
function measure(facts: ReadonlyMap<string, readonly DiaryFact[]>, book: CoverageBook): number[] {
  const policies = [...facts];
  const times: number[] = [];
  for (let check = 0; check < CHECKS; check += 1) {
    // The large one as often as all others together, as its decisions are.
    const [policyId, own] = policies[check % 2 === 0 ? 0 : check % policies.length] ?? ['', []];
    const status = GATED_STATUSES[check % GATED_STATUSES.length] ?? 'active';
    const asked = inputsOf(policyId, own, (query) => book.tally(HEAD, policyId, own, query));
    const begun = performance.now();
    const verdict = validate(policyId, status, asked);
    times.push(performance.now() - begun);
    if (!verdict.ok) throw new Error(verdict.failures[0].message);
  }
  return times.sort((a, b) => a - b);
}

const figure = (name: string, value: number, unit: string): BenchResult => ({
  name,
  value: Number(value.toPrecision(3)),
  unit,
  target: null,
  pass: true,
});

export function run(): BenchResult[] {
  const facts = diaries();
  const large = facts.get('large') ?? [];
  const query = { required: 'limited_live', since: 0, minConfidence: 0.5, isDev: false } as const;
  const counted = performance.now();
  new CoverageBook().tally(HEAD, 'large', large, query);
  const first = performance.now() - counted;
  const times = measure(facts, new CoverageBook());
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  const p99 = at(0.99);
  return [
    figure('guard check, median', at(0.5) * 1_000, 'us'),
    { ...figure('guard check, p99', p99, 'ms'), target: `<= ${TARGET_MS}`, pass: p99 <= TARGET_MS },
    figure('guard check, the first of a head', times.at(-1) ?? Number.NaN, 'ms'),
    figure('counting 500,000 decisions', first, 'ms'),
    figure('counting / check, median', first / at(0.5), 'x'),
  ];
}
