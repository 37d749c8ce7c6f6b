/** The golden vectors of contract-1 section 53. They hold for ever. Not product code. */
import { amountE8, groupId, instrumentName, priceE8 } from '../values/index.ts';
import type { IntentIdentity } from './identity.ts';

const GROUP = groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f');

export interface GoldenVector {
  readonly identity: IntentIdentity;
  readonly canonical: string;
  readonly hash: string;
}

export const GOLDEN_OPTION: GoldenVector = {
  identity: {
    instrument: instrumentName('BTC-27MAR26-100000-C'),
    side: 'buy',
    amountE8: amountE8(30_000_000),
    limitPriceE8: priceE8(4_550_000),
    groupId: GROUP,
    legIndex: 0,
  },
  canonical: 'BTC-27MAR26-100000-C|buy|0.3|0.0455|9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f|0',
  hash: '922c27184cf9a571',
};

export const GOLDEN_PERPETUAL: GoldenVector = {
  identity: {
    instrument: instrumentName('BTC-PERPETUAL'),
    side: 'sell',
    amountE8: amountE8(3_000_000_000_000),
    limitPriceE8: priceE8(10_000_050_000_000),
    groupId: GROUP,
    legIndex: 1,
  },
  canonical: 'BTC-PERPETUAL|sell|30000|100000.5|9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f|1',
  hash: '4e91044e2cc65cf9',
};
