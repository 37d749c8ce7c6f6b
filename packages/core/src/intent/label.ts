import {
  type GroupId,
  type IntentHash,
  type Label,
  label as toLabel,
  type StrategyId,
} from '../values/index.ts';
import { sid8 } from './identity.ts';

/** The venue's hard limit; a label of exactly this length is allowed (contract-1 section 11.1). */
export const LABEL_LENGTH_MAX = 64;

const PREFIX = 's4';
const GROUP_LENGTH = 36;
/** `s4:` + 8 + `:` + 12 + `:` + 1 + `:` + 16. */
const LABEL_LENGTH = 43;
const SID_AT = 3;
const GID_AT = 12;
const LEG_AT = 25;
const HASH_AT = 27;

/** The four variable fields of `s4:{sid8}:{gid12}:{li}:{ih16}`. */
export interface LabelParts {
  readonly sid8: string;
  readonly gid12: string;
  readonly legIndex: number;
  readonly ih16: string;
}

/** Whose order this is: what a label is derived from. */
export interface LabelIdentity {
  readonly strategyId: StrategyId;
  readonly groupId: GroupId;
  readonly legIndex: 0 | 1;
  readonly intentHash: IntentHash;
}

/** `length` is what the label would have had; it is never cut to fit. */
export type BuiltLabel =
  | { readonly ok: true; readonly label: Label }
  | {
      readonly ok: false;
      readonly length: number;
      /**
       * A part that is not of its alphabet or shape; null when only the length is wrong
       * (`LabelTooLong`).
       */
      readonly malformed: keyof LabelParts | null;
    };

/** The label of an order (contract-1 section 11). What it returns, `parseLabel` reads back. */
export function buildLabel(identity: LabelIdentity): BuiltLabel {
  const { groupId, legIndex, intentHash } = identity;
  const parts = {
    sid8: sid8(identity.strategyId),
    gid12: gid12(groupId),
    legIndex,
    ih16: intentHash,
  };
  const assembled = assembleLabel(parts);
  if (!assembled.ok) return assembled;
  // Derived parts have one length each; another label would be nobody's when it comes back from the
  // venue.
  if (groupId.length !== GROUP_LENGTH) return malformed('gid12', assembled.label.length);
  if (assembled.label.length !== LABEL_LENGTH) return malformed('ih16', assembled.label.length);
  return assembled;
}

/**
 * Joins parts of any length, so that the limit can be met at all (AMB-07). Orders use `buildLabel`.
 */
export function assembleLabel(parts: LabelParts): BuiltLabel {
  const text = `${PREFIX}:${parts.sid8}:${parts.gid12}:${parts.legIndex}:${parts.ih16}`;
  if (!isMadeOf(parts.sid8, 0, parts.sid8.length, isBase32)) return malformed('sid8', text.length);
  if (!isMadeOf(parts.gid12, 0, parts.gid12.length, isHex)) return malformed('gid12', text.length);
  if (parts.legIndex !== 0 && parts.legIndex !== 1) return malformed('legIndex', text.length);
  if (!isMadeOf(parts.ih16, 0, parts.ih16.length, isHex)) return malformed('ih16', text.length);
  if (text.length > LABEL_LENGTH_MAX) return { ok: false, length: text.length, malformed: null };
  return { ok: true, label: toLabel(text) };
}

/**
 * Strict: five fields, each of its own length and alphabet. Anything else is not a label of ours:
 * null.
 */
export function parseLabel(text: string): LabelParts | null {
  if (text.length !== LABEL_LENGTH || !text.startsWith('s4:')) return null;
  for (const at of [GID_AT - 1, LEG_AT - 1, HASH_AT - 1]) if (text[at] !== ':') return null;
  if (!isMadeOf(text, SID_AT, GID_AT - 1, isBase32)) return null;
  if (!isMadeOf(text, GID_AT, LEG_AT - 1, isHex)) return null;
  if (!isMadeOf(text, HASH_AT, LABEL_LENGTH, isHex)) return null;
  const leg = text[LEG_AT];
  if (leg !== '0' && leg !== '1') return null;
  return {
    sid8: text.slice(SID_AT, GID_AT - 1),
    gid12: text.slice(GID_AT, LEG_AT - 1),
    legIndex: leg === '0' ? 0 : 1,
    ih16: text.slice(HASH_AT),
  };
}

/** The first twelve hex digits of a lowercase UUID. */
export function gid12(groupId: GroupId): string {
  return groupId.slice(0, 8) + groupId.slice(9, 13);
}

function malformed(part: keyof LabelParts, length: number): BuiltLabel {
  return { ok: false, length, malformed: part };
}

function isMadeOf(
  text: string,
  from: number,
  to: number,
  belongs: (code: number) => boolean,
): boolean {
  for (let index = from; index < to; index += 1) {
    if (!belongs(text.charCodeAt(index))) return false;
  }
  return to > from;
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
}

function isBase32(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 50 && code <= 55);
}
