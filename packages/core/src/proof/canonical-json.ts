import { JSON_DEPTH_MAX, pointer } from '../strict-json.ts';

export type CanonicalRule =
  | 'number_not_finite'
  | 'lone_surrogate'
  /** `undefined`, a function, a symbol, a bigint, or a hole in an array. */
  | 'not_json'
  /** A Date, Map, typed array, class instance: what it would become is nobody's to guess. */
  | 'not_plain'
  /** Deeper than our reader reads; a cycle ends here too. */
  | 'too_deep';

export type Canonical =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      /** JSON pointer (RFC 6901) of the value that has no canonical form; empty for the root. */
      readonly path: string;
      readonly rule: CanonicalRule;
    };

interface Trouble {
  rule: CanonicalRule | null;
  /** Innermost key first: filled while unwinding, so that success pays nothing for it. */
  readonly keys: (string | number)[];
}

/**
 * RFC 8785 (JCS): keys by UTF-16 code units, numbers and strings as ECMAScript writes them, no
 * space. Total and strict: a value that JSON would drop, repair or rewrite is refused, never
 * changed. The text is to be encoded as UTF-8. `artifacts` and configuration are hashed in this
 * form (contract-1 section 31, AT-113).
 */
export function canonicalJson(value: unknown): Canonical {
  const trouble: Trouble = { rule: null, keys: [] };
  const text = write(value, 0, trouble);
  if (text !== null) return { ok: true, text };
  const path = trouble.keys.reduceRight<string>(pointer, '');
  return { ok: false, path, rule: trouble.rule ?? 'not_json' };
}

function write(value: unknown, depth: number, trouble: Trouble): string | null {
  if (typeof value === 'string') return quote(value) ?? refuse(trouble, 'lone_surrogate');
  if (typeof value === 'number') {
    // JSON.stringify writes -0 as 0, as RFC 8785 wants.
    return Number.isFinite(value) ? JSON.stringify(value) : refuse(trouble, 'number_not_finite');
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null) return 'null';
  if (typeof value !== 'object') return refuse(trouble, 'not_json');
  if (depth >= JSON_DEPTH_MAX) return refuse(trouble, 'too_deep');
  if (Array.isArray(value)) return writeArray(value, depth, trouble);
  return isPlain(value) ? writeObject(value, depth, trouble) : refuse(trouble, 'not_plain');
}

function writeArray(items: readonly unknown[], depth: number, trouble: Trouble): string | null {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    const item = write(items[index], depth + 1, trouble);
    if (item === null) return unwind(trouble, index);
    text += index === 0 ? item : `,${item}`;
  }
  return `${text}]`;
}

function writeObject(
  value: Readonly<Record<string, unknown>>,
  depth: number,
  trouble: Trouble,
): string | null {
  let text = '{';
  // The default order of sort() is by UTF-16 code units: exactly RFC 8785 section 3.2.3.
  for (const key of Object.keys(value).sort()) {
    const name = quote(key);
    if (name === null) {
      refuse(trouble, 'lone_surrogate');
      return unwind(trouble, key);
    }
    const member = write(value[key], depth + 1, trouble);
    if (member === null) return unwind(trouble, key);
    text += text.length === 1 ? `${name}:${member}` : `,${name}:${member}`;
  }
  return `${text}}`;
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.getOwnPropertySymbols(value).length === 0;
}

function refuse(trouble: Trouble, rule: CanonicalRule): null {
  trouble.rule = rule;
  return null;
}

function unwind(trouble: Trouble, key: string | number): null {
  trouble.keys.push(key);
  return null;
}

/** Null for a string with a lone surrogate, which has no UTF-8. */
function quote(text: string): string | null {
  let isSimple = true;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c) isSimple = false;
    else if (unit >= 0xd800 && unit <= 0xdfff) {
      const next = text.charCodeAt(index + 1);
      const isPair = unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff;
      if (!isPair) return null;
      index += 1;
    }
  }
  return isSimple ? `"${text}"` : JSON.stringify(text);
}
