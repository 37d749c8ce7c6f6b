import { expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type AccountModel, AccountStory, EASY_ACCOUNT } from './account.ts';

const SUMMARY = { currency: 'BTC', equity: 2, maintenance_margin: 0.1, limits: { there: true } };
const TRUTH = { ok: true, result: { summaries: [SUMMARY] } } as const;

function story(model: Partial<AccountModel>): AccountStory {
  const told = { ...EASY_ACCOUNT, ...model };
  return new AccountStory(new VirtualClock(0), createPrng(1), told);
}

function summaryOf(answer: ReturnType<AccountStory['tell']>): typeof SUMMARY {
  if (!answer.ok) throw new Error('no answer');
  const [summary] = (answer.result as { summaries: (typeof SUMMARY)[] }).summaries;
  return summary ?? SUMMARY;
}

it('NON-TRIP: an easy account is told as it is', () => {
  const easy = story({});
  easy.look();
  expect(easy.tell(TRUTH)).toBe(TRUTH);
});

it('TRIP: margin in use, for as long as the strain lasts', () => {
  const strained = story({ strain: 1 });
  strained.look();
  expect(summaryOf(strained.tell(TRUTH)).maintenance_margin).toBeGreaterThan(1);
  strained.putRight();
  expect(strained.tell(TRUTH)).toBe(TRUTH);
});

it('TRIP: another equity than the true one, until it is put right', () => {
  const poorer = story({});
  poorer.holdEquity(0.5);
  expect(summaryOf(poorer.tell(TRUTH))).toEqual({ ...SUMMARY, equity: 1 });
  poorer.putRight();
  expect(poorer.tell(TRUTH)).toBe(TRUTH);
});

it('TRIP: an error, no limits, narrow limits', () => {
  expect(story({ unread: 1 }).tell(TRUTH)).toMatchObject({ ok: false, error: { code: 13_028 } });
  expect(summaryOf(story({ limitless: 1 }).tell(TRUTH)).limits).toEqual({});
  expect(summaryOf(story({ narrow: 1 }).tell(TRUTH)).limits).toMatchObject({
    matching_engine: { trading: { total: { rate: 1, burst: 4 } } },
  });
});
