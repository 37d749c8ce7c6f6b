export { fillCashE8, markValueE8, settlementCashE8 } from './cash.ts';
export { hedgeNameOf, hedgesOfCoins } from './hedge-name.ts';
export type {
  Instrument,
  InstrumentKind,
  InstrumentState,
  OptionTerms,
  TickStep,
  UnsupportedKind,
} from './instrument.ts';
export {
  instrumentState,
  isTerminalLifecycleError,
  type Listed,
  refuseExpiring,
} from './lifecycle.ts';
export { underlyingOf } from './name.ts';
export {
  isOnLadder,
  type QuantizedPrice,
  type QuantizedQuantity,
  quantizePrice,
  quantizePriceE8,
  quantizeQuantity,
  type Refused,
} from './quantize.ts';
export { contractsMatch, notionalOf, type OrderSize, type Sized, sizeOrder } from './sizing.ts';
