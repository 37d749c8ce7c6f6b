import type { Brand } from './brand.ts';

/** Deribit instrument name, e.g. `BTC-27MAR26-100000-C`. */
export type InstrumentName = Brand<string, 'InstrumentName'>;
/** `s4:{sid8}:{gid12}:{li}:{ih16}` (contract-1 section 11). */
export type Label = Brand<string, 'Label'>;
/** UUID of one atomic attempt; minted once in the shell, recorded, never regenerated (D-4). */
export type GroupId = Brand<string, 'GroupId'>;
/** 16 lowercase hex digits, xxhash64 of the quantized identity (contract-1 section 10). */
export type IntentHash = Brand<string, 'IntentHash'>;
export type StrategyId = Brand<string, 'StrategyId'>;
export type VenueOrderId = Brand<string, 'VenueOrderId'>;
export type TradeId = Brand<string, 'TradeId'>;
/** One run of one process; stamped on every log line and decision. */
export type RunId = Brand<string, 'RunId'>;
/** Upper-case currency code: `BTC`, `ETH`, `USDC`. */
export type Currency = Brand<string, 'Currency'>;

export const instrumentName = (value: string): InstrumentName => value as InstrumentName;
export const label = (value: string): Label => value as Label;
export const groupId = (value: string): GroupId => value as GroupId;
export const intentHash = (value: string): IntentHash => value as IntentHash;
export const strategyId = (value: string): StrategyId => value as StrategyId;
export const venueOrderId = (value: string): VenueOrderId => value as VenueOrderId;
export const tradeId = (value: string): TradeId => value as TradeId;
export const runId = (value: string): RunId => value as RunId;
export const currency = (value: string): Currency => value as Currency;
