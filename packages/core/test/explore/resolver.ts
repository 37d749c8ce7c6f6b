/**
 * The mode of every triple of axes and of every combination of inputs, and that nothing that is
 * worse anywhere is ever freer: not sampled, all of them (AT-1048, AT-1053).
 */
import { performance } from 'node:perf_hooks';
import { resolveTriple } from '../../src/guard/axes.ts';
import { baselineInputs } from '../../src/guard/baseline.fixture.ts';
import type { GuardInputs } from '../../src/guard/inputs.ts';
import type { TradingMode } from '../../src/guard/mode.ts';
import { resolveMode } from '../../src/guard/resolve.ts';
import type { Exploration, Violation } from './explore.ts';
import { DIMENSIONS, type Level } from './resolver-inputs.ts';

const CAPITAL = ['SAFE', 'WARNING', 'CRITICAL'] as const;
const MARKET = ['STABLE', 'STRESSED', 'BROKEN'] as const;
const SYSTEM = ['HEALTHY', 'DEGRADED', 'FAILING'] as const;

/** Contract-1 section 34.3, row by row: SAFE, WARNING, CRITICAL; STABLE, STRESSED, BROKEN. */
const TABLE = 'ARK RRK RRK  RRK RRK RRK  KKK KKK KKK'.replaceAll(' ', '');
const MODES: Readonly<Record<string, TradingMode>> = { A: 'Active', R: 'ReduceOnly', K: 'Kill' };
const RANK: Readonly<Record<TradingMode, number>> = { Active: 0, ReduceOnly: 1, Kill: 2 };

/** Output order of contract-1 section 2.2. */
const ORDER: readonly string[] = `
  KILL_WATCHDOG_HEARTBEAT_STALE KILL_RISKSTATE_KILL KILL_MARGIN_MM_UTIL_CRITICAL
  KILL_RATE_LIMIT_SESSION_TERMINATION KILL_DISK_WATERMARK_KILL KILL_CORTEX_FORCE_KILL
  REDUCEONLY_RISKSTATE_MAINTENANCE REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE
  REDUCEONLY_OPEN_PERMISSION_LATCHED REDUCEONLY_BUNKER_MODE_ACTIVE REDUCEONLY_F1_CERT_INVALID
  REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY
  REDUCEONLY_FEE_MODEL_HARD_STALE REDUCEONLY_RISKSTATE_DEGRADED REDUCEONLY_POLICY_STALE
  REDUCEONLY_MARGIN_MM_UTIL_HIGH REDUCEONLY_INPUT_MISSING_OR_STALE REDUCEONLY_WATCHDOG_UNCONFIRMED
  REDUCEONLY_DISK_KILL_UNCONFIRMED REDUCEONLY_SESSION_KILL_UNCONFIRMED`
  .trim()
  .split(/\s+/);

export interface Resolvers {
  readonly ofTriple: typeof resolveTriple;
  readonly ofInputs: typeof resolveMode;
}

const REAL: Resolvers = { ofTriple: resolveTriple, ofInputs: resolveMode };

/** `resolvers` only where a test gives it wrong ones. */
export function exploreResolver(resolvers: Resolvers = REAL): Exploration {
  const begun = performance.now();
  const tally = { states: 0, transitions: 0 };
  const violation =
    exploreTriples(resolvers.ofTriple, tally) ?? exploreInputs(resolvers.ofInputs, tally);
  const seconds = (performance.now() - begun) / 1_000;
  const whole = { depth: 1, rested: 0, complete: violation === null };
  return { model: 'resolver', ...whole, ...tally, violation, seconds };
}

interface Tally {
  states: number;
  transitions: number;
}

function exploreTriples(resolve: Resolvers['ofTriple'], tally: Tally): Violation | null {
  const triples = CAPITAL.flatMap((capital, c) =>
    MARKET.flatMap((market, m) =>
      SYSTEM.map((system, s) => ({
        path: [capital, market, system],
        levels: [c, m, s],
        mode: resolve(capital, market, system),
        expected: MODES[TABLE[9 * c + 3 * m + s] ?? ''] ?? null,
      })),
    ),
  );
  for (const { path, mode, expected } of triples) {
    tally.states += 1;
    if (mode !== expected) return { path, says: `${mode} instead of ${expected ?? 'nothing'}` };
  }
  for (const better of triples) {
    for (const worse of triples) {
      const isWorse = worse.levels.every((level, axis) => level >= (better.levels[axis] ?? 0));
      if (!isWorse || worse === better) continue;
      tally.transitions += 1;
      if (RANK[worse.mode] >= RANK[better.mode]) continue;
      return { path: [...better.path, ...worse.path], says: 'worse axes are freer' };
    }
  }
  return null;
}

function exploreInputs(resolve: Resolvers['ofInputs'], tally: Tally): Violation | null {
  const sizes = DIMENSIONS.map(({ levels }) => levels.length);
  const strides = sizes.map((_, at) => sizes.slice(at + 1).reduce((all, size) => all * size, 1));
  const count = sizes.reduce((all, size) => all * size, 1);
  const ranks = new Uint8Array(count);
  const levelsOf = (place: number): readonly Level[] =>
    DIMENSIONS.map(({ levels }, at) => levelAt(levels, place, strides[at] ?? 1));
  for (let place = 0; place < count; place += 1) {
    const levels = levelsOf(place);
    const { mode, reasons } = resolve(inputsOf(levels));
    tally.states += 1;
    const expected = expectedOf(levels);
    ranks[place] = RANK[mode];
    const [got, wanted] = [`${mode} ${reasons.join(' ')}`, `${expected.mode} ${expected.reasons}`];
    if (got !== wanted) return { path: namesOf(levels), says: `${got} instead of ${wanted}` };
  }
  for (let place = 0; place < count; place += 1) {
    for (const [at, { ranked, levels }] of DIMENSIONS.entries()) {
      const stride = strides[at] ?? 1;
      if (!ranked || Math.floor(place / stride) % levels.length === levels.length - 1) continue;
      tally.transitions += 1;
      if ((ranks[place + stride] ?? 0) >= (ranks[place] ?? 0)) continue;
      return { path: namesOf(levelsOf(place + stride)), says: 'one more trouble is freer' };
    }
  }
  return null;
}

function levelAt(levels: readonly Level[], place: number, stride: number): Level {
  const level = levels[Math.floor(place / stride) % levels.length];
  if (level === undefined) throw new Error('an input without a level');
  return level;
}

const namesOf = (levels: readonly Level[]): string[] => levels.map(({ name }) => name);

/** No two dimensions write the same input. */
function inputsOf(levels: readonly Level[]): GuardInputs {
  const inputs = baselineInputs();
  for (const level of levels) Object.assign(inputs, level.inputs);
  return inputs;
}

/** All reasons of the tier, none of the other, in order. */
function expectedOf(levels: readonly Level[]): { mode: TradingMode; reasons: string } {
  const kills = levels.flatMap(({ kill }) => (kill === undefined ? [] : [kill]));
  const others = levels.flatMap(({ reduceOnly }) => reduceOnly ?? []);
  const tier = new Set(kills.length > 0 ? kills : others);
  const mode = kills.length > 0 ? 'Kill' : others.length > 0 ? 'ReduceOnly' : 'Active';
  return { mode, reasons: ORDER.filter((code) => tier.has(code)).join(' ') };
}
