import { instrumentName } from '@holdfast/core/values';
import type { Channel } from '@holdfast/deribit/protocol';
import { BookTopic, rawBookTopic } from './book-topic.ts';
import * as market from './market-topics.ts';
import { filing, isFiledUnder, paceOf, type Topic } from './topic.ts';
import * as user from './user-topics.ts';

/**
 * The topic behind a channel, or null where it names what this exchange does not have.
 * @param account whose affairs a private channel is about; empty for a public one.
 */
export function openTopic(desk: market.Desk, channel: Channel, account: string): Topic | null {
  if ('instrument' in channel) return ofInstrument(desk, channel);
  if ('indexName' in channel) return ofIndex(desk, channel);
  switch (channel.kind) {
    case 'trades_by_kind':
      return market.tradesTopic(['trades'], paceOf(channel.interval), (trade) =>
        isFiledUnder(trade.instrument_name, channel),
      );
    case 'instrument_state':
      return market.instrumentStateTopic((name) => isFiledUnder(name, channel));
    case 'user_orders':
      return user.userOrdersTopic(account, channel);
    case 'user_trades':
      return user.userTradesTopic(account, channel);
    case 'user_changes':
      return user.userChangesTopic(desk, account, channel);
    case 'portfolio':
      return user.portfolioTopic(desk, account, channel.currency);
    case 'platform_state':
      return market.platformTopic();
  }
}

type OfInstrument = Extract<Channel, { readonly instrument: string }>;
type OfIndex = Extract<Channel, { readonly indexName: string }>;

function ofInstrument(desk: market.Desk, channel: OfInstrument): Topic | null {
  const name = instrumentName(channel.instrument);
  if (desk.exchange.bookSnapshot(name) === null) return null;
  if (channel.kind === 'quote') return market.quoteTopic(desk, name);
  const pace = paceOf(channel.interval);
  switch (channel.kind) {
    case 'book':
      return pace === 0
        ? rawBookTopic(desk.exchange, name)
        : new BookTopic(desk.exchange, name, pace);
    case 'ticker':
      return market.tickerTopic(desk, name, pace);
    case 'trades':
      return market.tradesTopic([`trades/${name}`], pace, () => true);
  }
}

function ofIndex(desk: market.Desk, { kind, indexName }: OfIndex): Topic | null {
  const [base = '', quote = ''] = indexName.split('_');
  const underlying = base.toUpperCase();
  const known = market.ask(desk, 'public/get_index_price', { index_name: indexName });
  if (known === null) return null;
  switch (kind) {
    case 'index_price':
      return market.indexTopic(desk, indexName, underlying);
    case 'volatility_index':
      return market.volatilityTopic(indexName, underlying);
    case 'option_marks': {
      const settled = quote === 'usd' ? underlying : quote.toUpperCase();
      return market.optionMarksTopic(underlying, (name) => filing(name).currency === settled);
    }
  }
}
