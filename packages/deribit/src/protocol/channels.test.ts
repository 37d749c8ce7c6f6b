import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Channel, channelName, isPrivateChannel, parseChannel } from './channels.ts';

const NAMES: readonly (readonly [string, Channel['kind']])[] = [
  ['book.BTC-PERPETUAL.100ms', 'book'],
  ['book.BTC-27MAR26-100000-C.raw', 'book'],
  ['book.XRP_USDC-30AUG26-0d55-P.agg2', 'book'],
  ['ticker.BTC-PERPETUAL.100ms', 'ticker'],
  ['trades.BTC-PERPETUAL.raw', 'trades'],
  ['trades.option.BTC.100ms', 'trades_by_kind'],
  ['quote.BTC-PERPETUAL', 'quote'],
  ['deribit_price_index.btc_usd', 'index_price'],
  ['deribit_volatility_index.eth_usd', 'volatility_index'],
  ['markprice.options.btc_usd', 'option_marks'],
  ['platform_state', 'platform_state'],
  ['instrument.state.any.any', 'instrument_state'],
  ['user.changes.any.any.raw', 'user_changes'],
  ['user.orders.option.BTC.raw', 'user_orders'],
  ['user.trades.future.ETH.100ms', 'user_trades'],
  ['user.portfolio.BTC', 'portfolio'],
];

describe('channels', () => {
  it.each(NAMES)('%s is %s, and comes back', (name, kind) => {
    const channel = parseChannel(name);
    expect(channel?.kind).toBe(kind);
    expect(channel === null ? null : channelName(channel)).toBe(name);
    expect(channel !== null && isPrivateChannel(channel)).toBe(name.startsWith('user.'));
  });

  it.each([
    '',
    'book',
    'book.BTC-PERPETUAL',
    'book.BTC-PERPETUAL.1s',
    'book.BTC-PERPETUAL.none.20.100ms',
    'book..100ms',
    'book.BTC PERPETUAL.100ms',
    'trades.option.BTC.100ms.more',
    'quote.',
    'platform_state.public_methods_state',
    'markprice.futures.btc_usd',
    'instrument.creation.any.any',
    'instrument.state.any',
    'user.changes.BTC-PERPETUAL.raw',
    'user.lock',
    'user.portfolio',
    'announcements',
    `quote.${'x'.repeat(200)}`,
  ])('%j is none of ours', (name) => {
    expect(parseChannel(name)).toBeNull();
  });

  it('whatever parses is written back as it was', () => {
    const word = fc.constantFrom(...NAMES.flatMap(([name]) => name.split('.')), '', 'x', '*', ' ');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const name = words.join('.');
        const channel = parseChannel(name);
        if (channel !== null) expect(channelName(channel)).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });
});
