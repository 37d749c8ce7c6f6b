import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

const text = (value: unknown): string | null => {
  const canonical = canonicalJson(value);
  return canonical.ok ? canonical.text : null;
};

describe('canonicalJson', () => {
  it('writes the example of RFC 8785 section 3.2.2', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(text(value)).toBe(
      '{"literals":[null,true,false],' +
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys as RFC 8785 section 3.2.3: by UTF-16 units, not by code points', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(text(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control",' +
        '"\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign",' +
        '"\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  // RFC 8785 appendix B, by bit pattern.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number %s as %s', (bits, expected) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(`0x${bits}`));
    expect(text(view.getFloat64(0))).toBe(expected);
  });

  it('AT-113 key order does not change the text', () => {
    expect(text({ b: { d: 1, c: [2] }, a: 0 })).toBe(text({ a: 0, b: { c: [2], d: 1 } }));
    expect(text({ a: 1 })).not.toBe(text({ a: 2 }));
  });

  it('keeps an own key named __proto__', () => {
    expect(text(JSON.parse('{"__proto__":{"a":1},"a":2}'))).toBe('{"__proto__":{"a":1},"a":2}');
  });

  const sparse: unknown[] = [1];
  sparse.length = 2;
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  class Point {
    x = 1;
  }
  it.each([
    ['NaN', { a: [0, Number.NaN] }, '/a/1', 'number_not_finite'],
    ['Infinity', { a: Number.POSITIVE_INFINITY }, '/a', 'number_not_finite'],
    ['-Infinity', [Number.NEGATIVE_INFINITY], '/0', 'number_not_finite'],
    ['undefined', undefined, '', 'not_json'],
    ['an undefined member', { 'a/b': { '~': undefined } }, '/a~1b/~0', 'not_json'],
    ['a hole', { list: sparse }, '/list/1', 'not_json'],
    ['a bigint', [1n], '/0', 'not_json'],
    ['a symbol', [Symbol('s')], '/0', 'not_json'],
    ['a function', { toJSON: () => 1 }, '/toJSON', 'not_json'],
    ['a Date', { at: new Date(0) }, '/at', 'not_plain'],
    ['a Map', [new Map()], '/0', 'not_plain'],
    ['bytes', new Uint8Array(1), '', 'not_plain'],
    ['an instance', { p: new Point() }, '/p', 'not_plain'],
    ['a boxed number', [Object(1)], '/0', 'not_plain'],
    ['a symbol key', { [Symbol('s')]: 1 }, '', 'not_plain'],
    ['a lone high surrogate', ['\ud800'], '/0', 'lone_surrogate'],
    ['a lone low surrogate', ['a\udc00b'], '/0', 'lone_surrogate'],
    ['two high surrogates', { a: '\ud83d\ud83d\ude00' }, '/a', 'lone_surrogate'],
    ['a surrogate before the end', ['\ud83dx'], '/0', 'lone_surrogate'],
    ['a lone surrogate in a key', { a: { '\udfff': 1 } }, '/a/\udfff', 'lone_surrogate'],
  ])('refuses %s and names where', (_, value, path, rule) => {
    expect(canonicalJson(value)).toEqual({ ok: false, path, rule });
  });

  it('refuses a cycle as too deep, and accepts what our reader accepts', () => {
    expect(canonicalJson(cycle)).toMatchObject({ ok: false, rule: 'too_deep' });
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(text(nested(64))).toBe('['.repeat(64) + ']'.repeat(64));
    expect(canonicalJson(nested(65))).toMatchObject({ ok: false, rule: 'too_deep' });
  });
});
