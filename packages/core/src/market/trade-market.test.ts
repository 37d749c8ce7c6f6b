import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_PUT,
  ETH_CALL,
  ETH_PERPETUAL,
} from '../gates/context.fixture.ts';
import { currency } from '../values/index.ts';
import { isSameFlow, tradeFlowKey } from './trade-market.ts';

test('AT-953 one flow is one key: another settlement or coin is another flow', () => {
  const inDollars = { settlement: currency('USDC') };
  const listed = [BTC_CALL, BTC_PUT, BTC_PERPETUAL, ETH_CALL, ETH_PERPETUAL];
  const all = listed.flatMap((each) => [each, { ...each, ...inDollars }]);
  const any = fc.constantFrom(...all);
  fc.assert(
    fc.property(any, any, (a, b) => {
      expect(isSameFlow(a, b)).toBe(tradeFlowKey(a) === tradeFlowKey(b));
    }),
  );
  expect(isSameFlow(BTC_CALL, BTC_PUT)).toBe(true);
  expect(isSameFlow(BTC_CALL, BTC_PERPETUAL)).toBe(false);
});
