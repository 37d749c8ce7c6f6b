import { E8, parseE6, parseE8 } from '../values/index.ts';
import { type Ink, isUnicode, putAscii, putDecimal, putInteger, putString } from './ink.ts';

/** Why a field cannot be read or written. */
export type FieldRule =
  | 'wrong_type'
  | 'out_of_range'
  | 'non_canonical'
  | 'unknown_value'
  | 'not_unicode';

/**
 * What `read` answers instead of a value. Not `undefined`: nobody can mistake this for a missing
 * member.
 */
export const BAD: unique symbol = Symbol('bad');

/** How one sort of value looks in JSON. Every way checks; none guesses, defaults or throws. */
export interface Kind<out T> {
  /** From parsed JSON. */
  readonly read: (json: unknown) => T | typeof BAD;
  /** False when the value has no place in a record. */
  readonly put: (ink: Ink, value: unknown) => boolean;
  /** The rule broken by something `read` or `put` refused. Off the hot path. */
  readonly rule: (refused: unknown) => FieldRule;
}

const ID_LENGTH_MAX = 256;
const TEXT_LENGTH_MAX = 16_384;
const LIST_LENGTH_MAX = 64;

function stringKind(lengthMin: number, lengthMax: number): Kind<string> {
  const fits = (value: unknown): value is string =>
    typeof value === 'string' && value.length >= lengthMin && value.length <= lengthMax;
  return {
    read: (json) => (fits(json) && isUnicode(json) ? json : BAD),
    put: (ink, value) => fits(value) && putString(ink, value),
    rule: (refused) => {
      if (typeof refused !== 'string') return 'wrong_type';
      return fits(refused) ? 'not_unicode' : 'out_of_range';
    },
  };
}

const ID = stringKind(1, ID_LENGTH_MAX);
const TEXT = stringKind(0, TEXT_LENGTH_MAX);

/** A name somebody gave: 1 to 256 characters. Which brand it is, is the table's word. */
export const id = <T extends string>(): Kind<T> => ID as Kind<T>;

/** Free text, possibly empty, at most 16,384 characters. */
export const text = (): Kind<string> => TEXT;

const HASH64: Kind<string> = {
  read: (json) => (isHash64(json) ? json : BAD),
  put: (ink, value) => isHash64(value) && putString(ink, value),
  rule: (refused) => (typeof refused === 'string' ? 'non_canonical' : 'wrong_type'),
};

/** 16 lowercase hex digits (contract-1 section 10). */
export const hash64 = <T extends string>(): Kind<T> => HASH64 as Kind<T>;

function isHash64(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== 16) return false;
  for (let index = 0; index < 16; index += 1) {
    const code = value.charCodeAt(index);
    const digit = code >= 48 && code <= 57;
    if (!digit && !(code >= 97 && code <= 102)) return false;
  }
  return true;
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}

function numberRule(refused: unknown): FieldRule {
  return typeof refused === 'number' ? 'out_of_range' : 'wrong_type';
}

function integerKind(min: number, max: number): Kind<number> {
  const fits = (value: unknown): value is number =>
    isInteger(value) && value >= min && value <= max;
  return {
    read: (json) => (fits(json) ? json : BAD),
    put: (ink, value) => {
      if (!fits(value)) return false;
      putInteger(ink, value);
      return true;
    },
    rule: numberRule,
  };
}

const COUNT = integerKind(0, Number.MAX_SAFE_INTEGER);
const INTEGER = integerKind(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const BIT = integerKind(0, 1);

/** An integer from zero up: counts, epochs, milliseconds since the epoch. */
export const count = <T extends number>(): Kind<T> => COUNT as Kind<T>;
export const integer = (): Kind<number> => INTEGER;
export const bit = (): Kind<0 | 1> => BIT as Kind<0 | 1>;

const FLOAT: Kind<number> = {
  read: (json) => (isFinite(json) ? json : BAD),
  put: (ink, value) => {
    if (!isFinite(value)) return false;
    putAscii(ink, String(value));
    return true;
  },
  rule: numberRule,
};

/** Analytics, never money: any finite number. */
export const float = (): Kind<number> => FLOAT;

function decimalKind(
  scale: number,
  places: number,
  parse: (text: string) => number | null,
): Kind<number> {
  return {
    read: (json) => (typeof json === 'string' ? (parse(json) ?? BAD) : BAD),
    put: (ink, value) => {
      if (!isInteger(value)) return false;
      putDecimal(ink, value, scale, places);
      return true;
    },
    rule: (refused) => (typeof refused === 'string' ? 'non_canonical' : numberRule(refused)),
  };
}

const DECIMAL_E8 = decimalKind(E8, 8, parseE8);
const MICRO = decimalKind(1_000_000, 6, parseE6);

/** An exact integer at 1e-8, written as its shortest decimal. */
export const e8 = <T extends number>(): Kind<T> => DECIMAL_E8 as Kind<T>;

/** Integer micro-USD, written as USD in its shortest decimal. */
export const usd = <T extends number>(): Kind<T> => MICRO as Kind<T>;

const FLAG: Kind<boolean> = {
  read: (json) => (typeof json === 'boolean' ? json : BAD),
  put: (ink, value) => {
    if (typeof value !== 'boolean') return false;
    putAscii(ink, value ? 'true' : 'false');
    return true;
  },
  rule: () => 'wrong_type',
};

export const flag = (): Kind<boolean> => FLAG;

/**
 * One word of a closed list. A record, so that a word the type knows and the list lacks does not
 * compile.
 */
export function oneOf<T extends string>(words: Readonly<Record<T, true>>): Kind<T> {
  const known = new Map<unknown, T>((Object.keys(words) as T[]).map((word) => [word, word]));
  const find = (value: unknown): T | typeof BAD => known.get(value) ?? BAD;
  return {
    read: find,
    put: (ink, value) => {
      const word = known.get(value);
      return word !== undefined && putString(ink, word);
    },
    rule: (refused) => (typeof refused === 'string' ? 'unknown_value' : 'wrong_type'),
  };
}

export function nullable<T>(kind: Kind<T>): Kind<T | null> {
  return {
    read: (json) => (json === null ? null : kind.read(json)),
    put: (ink, value) => {
      if (value !== null) return kind.put(ink, value);
      putAscii(ink, 'null');
      return true;
    },
    rule: kind.rule,
  };
}

/** At most 64 of a kind. */
export function list<T>(kind: Kind<T>): Kind<readonly T[]> {
  const read = (json: unknown): readonly T[] | typeof BAD => {
    if (!Array.isArray(json) || json.length > LIST_LENGTH_MAX) return BAD;
    const values: T[] = [];
    for (const item of json) {
      const value = kind.read(item);
      if (value === BAD) return BAD;
      values.push(value);
    }
    return values;
  };
  return {
    read,
    put: (ink, value) => {
      if (!Array.isArray(value) || value.length > LIST_LENGTH_MAX) return false;
      for (const [index, item] of value.entries()) {
        putAscii(ink, index === 0 ? '[' : ',');
        if (!kind.put(ink, item)) return false;
      }
      putAscii(ink, value.length === 0 ? '[]' : ']');
      return true;
    },
    rule: (refused) => {
      if (!Array.isArray(refused)) return 'wrong_type';
      const item: unknown = refused.find((value) => kind.read(value) === BAD);
      return item === undefined ? 'out_of_range' : kind.rule(item);
    },
  };
}

/** A member every record has and no field holds; `value` is what reading it gives. */
export function constant(json: string | number, value: unknown): Kind<unknown> {
  const written = JSON.stringify(json);
  return {
    read: (found) => (found === json ? value : BAD),
    put: (ink) => {
      putAscii(ink, written);
      return true;
    },
    rule: (refused) => (typeof refused === typeof json ? 'unknown_value' : 'wrong_type'),
  };
}
