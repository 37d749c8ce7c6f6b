import type { InstrumentName } from '../values/index.ts';
import {
  type AmountE8,
  formatE8,
  type GroupId,
  type IntentHash,
  intentHash,
  type PriceE8,
  type StrategyId,
} from '../values/index.ts';
import type { Side } from './intent.ts';
import { xxhash64Text } from './xxhash64.ts';

/**
 * What makes an order this order, after quantization (contract-1 section 10). No time, no counter,
 * no chance.
 */
export interface IntentIdentity {
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly limitPriceE8: PriceE8;
  readonly groupId: GroupId;
  readonly legIndex: 0 | 1;
}

/**
 * The bytes that are hashed (AMB-05): `instrument|side|qty|price|group|leg`, decimals in their
 * shortest form.
 */
export function canonicalIdentity(identity: IntentIdentity): string {
  const { instrument, side, amountE8, limitPriceE8, groupId, legIndex } = identity;
  const terms = `${instrument}|${side}|${formatE8(amountE8)}|${formatE8(limitPriceE8)}`;
  return `${terms}|${groupId}|${legIndex}`;
}

/** XXH64 of the canonical identity: the key of local dedupe and the last part of the label. */
export function identify(identity: IntentIdentity): IntentHash {
  return intentHash(xxhash64Text(canonicalIdentity(identity)));
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const SID_LENGTH = 8;

/** Strategies are few and their names never change: each is hashed once. */
const known = new Map<StrategyId, string>();
const KNOWN_MAX = 256;

/** The first eight characters of lowercase RFC 4648 base32 of the strategy id's XXH64 (AMB-07). */
export function sid8(strategyId: StrategyId): string {
  const before = known.get(strategyId);
  if (before !== undefined) return before;
  const made = hashStrategy(strategyId);
  if (known.size < KNOWN_MAX) known.set(strategyId, made);
  return made;
}

function hashStrategy(strategyId: StrategyId): string {
  // Eight characters are forty bits: ten hex digits, which a double holds exactly.
  let bits = Number.parseInt(xxhash64Text(strategyId).slice(0, 10), 16);
  let text = '';
  for (let index = 0; index < SID_LENGTH; index += 1) {
    text = (BASE32[bits % 32] ?? '') + text;
    bits = Math.floor(bits / 32);
  }
  return text;
}
