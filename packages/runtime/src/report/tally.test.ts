import type { Decision } from '@holdfast/core';
import { monoMs, strategyId } from '@holdfast/core/values';
import { expect, it } from 'vitest';
import { Tally } from './tally.ts';

const at = monoMs(1_000);

function refusal(money: number): Decision {
  return {
    at,
    kind: 'intentRejected',
    reject: { code: 'NetEdgeTooLow', operands: { netEdgeUsd: money, minEdgeUsd: 2 } },
  } as unknown as Decision;
}

it('counts what was said, keeps the last refusals in words, and passes everything on', () => {
  const heard: Decision[] = [];
  const tally = new Tally(0, (decision) => heard.push(decision));
  for (let money = 0; money < 40; money += 1) tally.report(refusal(money), at as never);
  const failure: Decision = {
    at,
    kind: 'strategyFailed',
    strategyId: strategyId('x'),
    message: 'threw',
  };
  tally.report(failure, at as never);
  expect(heard).toHaveLength(41);
  expect(tally.rejectedByCode.get('NetEdgeTooLow')).toBe(40);
  expect(tally.lastRefusals).toHaveLength(32);
  expect(tally.lastRefusals.at(-1)?.text).toBe('NetEdgeTooLow: net edge 39 USD below 2 USD');
});

it('the seconds of the modes add up to the run', () => {
  const tally = new Tally(0, () => undefined);
  const turn = (to: 'Active' | 'Kill', when: number): void =>
    tally.report(
      { at: monoMs(when), kind: 'modeChanged', from: 'ReduceOnly', to, reasons: [], details: [] },
      when as never,
    );
  turn('Active', 2_000);
  turn('Kill', 5_000);
  expect(tally.modeSeconds(9_000)).toEqual({ ReduceOnly: 2, Active: 3, Kill: 4 });
});
