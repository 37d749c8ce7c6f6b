/** P1-F: a critical value that is missing, or no number, opens nothing and leaves nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { candidateOf, contextOf } from '../src/gates/context.fixture.ts';
import { admit } from '../src/gates/gates.ts';
import { CRITICAL_KEYS, VARIANTS } from './critical-keys.ts';
import { Desk } from './desk.ts';
import { type Outcome, outcomes } from './missing-keys.ts';

const OUTCOMES = outcomes();
const of = (key: string): Outcome[] => OUTCOMES.filter((each) => each.key === key);

function failsClosed(key: string): void {
  const operands = CRITICAL_KEYS.find((each) => each.key === key)?.operands;
  expect(of(key).length).toBeGreaterThan(0);
  for (const { variant, gates, core } of of(key)) {
    if (gates !== null) {
      expect(gates.answer).toMatchObject({ code: gates.expected, operands });
    }
    expect([variant, core.answer, core.fault]).toEqual([variant, core.expected, core.fault]);
  }
}

describe('P1-F test_missing_config_fails_closed: an OPEN is refused in its own words', () => {
  it('P1-F test_missing_tick_size_fails_closed: and NaN, infinite, zero, negative', () => {
    expect(of('tick_size').map(({ variant }) => variant)).toEqual(Object.keys(VARIANTS));
    failsClosed('tick_size');
  });

  const others = CRITICAL_KEYS.map(({ key }) => key).filter((key) => key !== 'tick_size');
  it.each(others)('P1-F test_missing_%s_fails_closed', failsClosed);

  it('P1-F test_config_missing_no_side_effects: a refusal leaves all as it was', () => {
    const refused = OUTCOMES.filter(({ core }) => core.answer !== 'admitted');
    expect(refused.length).toBeGreaterThan(80);
    for (const { key, variant, core } of refused) {
      expect([key, variant, core.after]).toEqual([key, variant, core.before]);
    }
  });

  it('believes of these alone that nothing, or less, is a value', () => {
    const admitted = OUTCOMES.filter(({ core, gap }) => core.answer === 'admitted' && gap === null);
    expect(admitted.map(({ key, variant }) => `${key} ${variant}`)).toEqual([
      'mm_util zero',
      'fee_usd zero',
      'fee_usd negative',
    ]);
  });

  it('and with all of them there it is admitted', () => {
    expect(admit(contextOf(), candidateOf())).toMatchObject({ pass: true });
    const desk = new Desk().boot();
    desk.propose();
    expect([desk.refusals, desk.submits.length]).toEqual([[], 1]);
  });
});

it('P1-F docs/critical_config_keys.md names these keys with these codes, and no others', () => {
  const path = join(import.meta.dirname, '..', '..', '..', 'docs', 'critical_config_keys.md');
  const rows = readFileSync(path, 'utf8').matchAll(/^\| `([^`]+)` \|[^|]*\| `([^`]+)` \|/gm);
  const written = [...rows].map(([, key, code]) => [key, code]);
  expect(written).toEqual(CRITICAL_KEYS.map(({ key, code }) => [key, code]));
});
