export { ageMs, isFresh, isOlder } from './age.ts';
export type { Brand } from './brand.ts';
export { e8FromNumber, formatE6, formatE8, parseE6, parseE8 } from './decimal.ts';
export type {
  Currency,
  GroupId,
  InstrumentName,
  IntentHash,
  Label,
  RunId,
  StrategyId,
  TradeId,
  VenueOrderId,
} from './ids.ts';
export {
  currency,
  groupId,
  instrumentName,
  intentHash,
  label,
  runId,
  strategyId,
  tradeId,
  venueOrderId,
} from './ids.ts';
export type { CoinE8, MicroUsd } from './money.ts';
export { coinE8, microUsd } from './money.ts';
export type { Price, PriceE8 } from './price.ts';
export { price, priceE8 } from './price.ts';
export type { AmountE8, Quantity } from './quantity.ts';
export { amountE8, quantity } from './quantity.ts';
export { E8, mulDivDown, mulDivUp, scaleDown, scaleUp } from './scale.ts';
export type { MonoMs, WallMs } from './time.ts';
export { monoMs, wallMs } from './time.ts';
