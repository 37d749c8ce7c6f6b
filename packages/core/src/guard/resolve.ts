import { assert } from '../assert.ts';
import { resolveTriple } from './axes.ts';
import { CEILINGS } from './ceilings.ts';
import { KILL_REASON_CODES, type ModeReasonCode, REDUCE_ONLY_REASON_CODES } from './codes.ts';
import type { GuardInputs } from './inputs.ts';
import type { ResolvedMode } from './mode.ts';

const ORDER: readonly ModeReasonCode[] = [...KILL_REASON_CODES, ...REDUCE_ONLY_REASON_CODES];

assert(
  CEILINGS.length === ORDER.length && CEILINGS.every((entry, index) => entry.code === ORDER[index]),
  'the ceilings are the contract codes, each once, in the mandatory order (section 2.2)',
);
assert(CEILINGS.length < 31, 'one bit per ceiling');

function bitsOf(...levels: readonly string[]): number {
  let bits = 0;
  for (const [index, ceiling] of CEILINGS.entries()) {
    if (levels.includes(ceiling.level)) bits |= 1 << index;
  }
  return bits;
}

const CRITICAL = bitsOf('CRITICAL');
const WARNING = bitsOf('WARNING');
const STRESSED = bitsOf('STRESSED');
const FAILING = bitsOf('FAILING');
const DEGRADED = bitsOf('DEGRADED');
const KILL_TIER = CRITICAL | FAILING;

const ACTIVE: ResolvedMode = Object.freeze({ mode: 'Active', reasons: Object.freeze([]) });

/**
 * What may the system do now? Computed anew every tick and before every dispatch from one snapshot;
 * nothing remembers it (D-11). The reasons are all active ones of the computed tier and none of
 * another, in contract order. Active allocates nothing.
 */
export function resolveMode(inputs: GuardInputs): ResolvedMode {
  let held = 0;
  let bit = 1;
  for (const ceiling of CEILINGS) {
    if (ceiling.holds(inputs)) held |= bit;
    bit <<= 1;
  }
  if (held === 0) return ACTIVE;
  const capital =
    (held & CRITICAL) !== 0 ? 'CRITICAL' : (held & WARNING) !== 0 ? 'WARNING' : 'SAFE';
  const market = (held & STRESSED) !== 0 ? 'STRESSED' : 'STABLE';
  const system =
    (held & FAILING) !== 0 ? 'FAILING' : (held & DEGRADED) !== 0 ? 'DEGRADED' : 'HEALTHY';
  const mode = resolveTriple(capital, market, system);
  const tier = mode === 'Kill' ? held & KILL_TIER : held & ~KILL_TIER;
  return Object.freeze({ mode, reasons: codesOf(tier) });
}

function codesOf(bits: number): readonly ModeReasonCode[] {
  const codes: ModeReasonCode[] = [];
  let left = bits;
  for (const ceiling of CEILINGS) {
    if ((left & 1) !== 0) codes.push(ceiling.code);
    left >>= 1;
  }
  return Object.freeze(codes);
}
