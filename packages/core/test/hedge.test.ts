/** The fallback after closes that were not enough (contract-1 section 24.2, D-15). */
import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT, POLICY } from '../src/gates/context.fixture.ts';
import { USDC_PERPETUAL } from '../src/instrument/samples.fixture.ts';
import { Desk, type DeskOptions } from './desk.ts';
import {
  answer,
  contained,
  isLeg,
  last,
  proposePair,
  purposes,
  quotePerpetual,
  refuse,
  states,
  voidBooks,
} from './group-desk.ts';

describe('hedge', () => {
  const instruments = [BTC_CALL, BTC_PUT, USDC_PERPETUAL];
  const thin = (desk: Desk): void => {
    for (let nth = 0; nth < 3; nth += 1) answer(desk, last(desk), 0);
  };

  function exposed(options: DeskOptions = {}): Desk {
    const desk = new Desk({ instruments, ...options }).boot();
    quotePerpetual(desk);
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    desk.post({ kind: 'operatorCommanded', command: 'reduce_only', reason: '', operator: 'me' });
    refuse(desk, put);
    return desk;
  }

  it('AT-235 AT-118 follows three closes that were not enough, reduce-only, to delta zero', () => {
    const desk = exposed();
    quotePerpetual(desk);
    thin(desk);
    expect(purposes(desk)).toEqual(['close', 'close', 'close', 'hedge']);
    expect(last(desk).order.terms).toMatchObject({
      instrument: USDC_PERPETUAL.name,
      side: 'sell',
      reduceOnly: true,
      intentClass: 'HEDGE',
      // One call of delta 1: the venue has told none, so the worst case counts.
      amountE8: 100_000_000,
    });
    answer(desk, last(desk), 1);
    expect(states(desk).at(-1)).toBe('Flattened hedged');
    expect(desk.recordsOf('atomicNakedEventRecorded')).toMatchObject([
      { hedgeUsed: true, cause: 'hedge_fallback', closeAttempts: 3 },
    ]);
  });

  it('that the venue refuses is an outcome: the closes go on (D-15)', () => {
    const desk = exposed();
    quotePerpetual(desk);
    thin(desk);
    refuse(desk, last(desk));
    expect(states(desk).at(-1)).toBe('Flattening emergency_close');
    desk.tick(1_000);
    expect(contained(desk).at(-1)).toMatchObject({ purpose: 'close', attempt: 1 });
    expect(desk.recordsOf('atomicNakedEventRecorded')).toHaveLength(1);
  });

  it('AT-235 follows two seconds without a price too, and a price is still asked for', () => {
    const desk = exposed();
    voidBooks(desk);
    answer(desk, last(desk), 0);
    for (let tick = 0; tick < 40; tick += 1) {
      desk.now += 100;
      voidBooks(desk);
      quotePerpetual(desk);
      desk.post({ kind: 'ticked' });
      if (purposes(desk).includes('hedge')) break;
    }
    expect(purposes(desk).at(-1)).toBe('hedge');
    expect(last(desk).order.terms).toMatchObject({ side: 'sell', reduceOnly: true });
    expect(desk.fetches.filter(({ what }) => what === 'ticker').length).toBeGreaterThan(0);
    answer(desk, last(desk), 1);
    expect(states(desk).at(-1)).toBe('Flattened hedged');
  });

  it('that could only open lacks an approval, and that is told once an incident (D-15)', () => {
    const desk = exposed();
    const told = (): unknown[] =>
      desk.decisions.filter(
        (each) => each.kind === 'containmentRefused' && each.reject.code === 'ApprovalRequired',
      );
    for (let round = 0; round < 2; round += 1) {
      quotePerpetual(desk);
      thin(desk);
      refuse(desk, last(desk));
      expect(told()).toMatchObject([
        {
          purpose: 'hedge',
          instrument: USDC_PERPETUAL.name,
          reject: { operands: { subject: 'containment.opening_hedge_allowed' } },
        },
      ]);
      desk.tick(1_000);
    }
  });

  it('that was enough asks for no approval', () => {
    const desk = exposed();
    quotePerpetual(desk);
    thin(desk);
    answer(desk, last(desk), 1);
    for (let tick = 0; tick < 20; tick += 1) desk.tick();
    expect(desk.decisions.some((each) => each.kind === 'containmentRefused')).toBe(false);
  });

  it('may open only where the policy says so, and only if |net delta| shrinks (D-15)', () => {
    const policy = { ...POLICY, containment: { openingHedgeAllowed: true } };
    const desk = exposed({ policy });
    quotePerpetual(desk);
    thin(desk);
    refuse(desk, last(desk));
    expect(last(desk).order.terms).toMatchObject({
      instrument: USDC_PERPETUAL.name,
      reduceOnly: false,
      intentClass: 'HEDGE',
      amountE8: 100_000_000,
    });
    expect('receipt' in last(desk)).toBe(true);
    answer(desk, last(desk), 1);
    expect(states(desk).at(-1)).toBe('Flattened hedged');
  });

  it('that may open never leaves on a waiver, nor in Kill', () => {
    const policy = { ...POLICY, containment: { openingHedgeAllowed: true } };
    const desk = exposed({ policy });
    quotePerpetual(desk);
    thin(desk);
    const hedge = last(desk);
    desk.ledger = 'queue_full';
    refuse(desk, hedge);
    for (let tick = 0; tick < 10; tick += 1) desk.tick();
    expect(
      desk.submits.every(({ order }) => order.terms.reduceOnly || isLeg(order.terms.label, desk)),
    ).toBe(true);
    const killed = exposed({ policy });
    quotePerpetual(killed);
    killed.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    thin(killed);
    refuse(killed, last(killed));
    expect(killed.submits.slice(2).every(({ order }) => order.terms.reduceOnly)).toBe(true);
  });
});
