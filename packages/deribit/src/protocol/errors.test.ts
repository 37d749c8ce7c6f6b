import { describe, expect, it } from 'vitest';
import {
  classOf,
  errorName,
  meansUnauthenticated,
  meansNothingToCancel,
  provesNoOrder,
} from './errors.ts';

/** Phases section 7.2, row by row. */
const CLASSES = {
  session: [10028, 10066, 10047],
  retry_later: [10040, 10041, 11051, 13028, 11094, 13888],
  auth: [10000, 13004, 13009, 13021, 13403, 11042, 10019, 11098],
  instrument_terminal: [10012, 13019, 13020, 10020, 11046],
  order_terminal: [10004, 10010, 11008, 11044, 10029, 13032],
  our_bug: [
    10002, 10021, 10023, 10026, 10043, 10005, 10007, 11029, 11049, 11050, 11054, 11055, -32602,
  ],
  margin: [10009, 10039, 10018, 10037, 10072],
} as const;

const REFUSED = new Set<number>([
  ...CLASSES.our_bug,
  ...CLASSES.margin,
  ...CLASSES.instrument_terminal,
  ...CLASSES.auth,
]);
const ascending = (a: number, b: number): number => a - b;
const ALL = Object.values(CLASSES).flat();
/** Of no list, of another list, and no codes at all. */
const STRANGERS = [0, 1, -1, 200, 429, 500, 10001, 10003, 11030, 13503, -32000, -32600, -32601];

describe('error codes', () => {
  it.each(Object.entries(CLASSES))('%s', (group, codes) => {
    for (const code of codes) {
      expect(classOf(code), String(code)).toBe(group);
      expect(errorName(code)).toMatch(/^[a-z_]+$/);
    }
  });

  it('what is not in the list is unknown', () => {
    for (const code of [...STRANGERS, Number.NaN, 10028.5]) {
      expect(classOf(code)).toBe('unknown');
      expect(errorName(code)).toBeNull();
    }
  });

  it('only a refusal of the order proves that there is none', () => {
    expect([...ALL, ...STRANGERS].filter(provesNoOrder).toSorted(ascending)).toEqual(
      [...REFUSED].toSorted(ascending),
    );
  });

  it.each([13888, 11094, 10028, 10066, 10047, 10040, 10041, 11051, 13028, 11030])(
    '%d proves nothing about the order that was sent (D-14)',
    (code) => {
      expect(provesNoOrder(code)).toBe(false);
    },
  );

  it.each([10009, 10021, 10043, 11054, 13009, 13020])('%d proves that none was made', (code) => {
    expect(provesNoOrder(code)).toBe(true);
  });

  it('a cancel finds nothing when the order is over, not when the answer is unclear', () => {
    const nothing = [10004, 10010, 11008, 11044];
    expect([...ALL, ...STRANGERS].filter(meansNothingToCancel).toSorted(ascending)).toEqual(
      nothing,
    );
  });

  it('a session is nobody’s when no token of it is known, not when a key may too little', () => {
    expect([...ALL, ...STRANGERS].filter(meansUnauthenticated).toSorted(ascending)).toEqual([
      10000, 13009,
    ]);
  });
});
