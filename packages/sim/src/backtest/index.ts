/** Bars played to hooks or strategies through the real loop, and what is checked of it. */
export type { Bar, BarCoin, BarQuote } from './bar.ts';
export type { BarsFault, ReadBars } from './bars-file.ts';
export { formatBars, readBars } from './bars-file.ts';
export type {
  AuxSignal,
  BarContext,
  DecisionHooks,
  EntryDecision,
  ExitDecision,
  HeldPosition,
  NoAction,
} from './hooks.ts';
export type { Reason, ReasonCatalog, ReasonLayer } from './reasons.ts';
export type {
  DailyState,
  LookCounts,
  PriceBasis,
  RunFaultCode,
  RunOutcome,
  RuntimeEvent,
  RuntimeResult,
  RuntimeTrade,
} from './result.ts';
export type { RuntimeOptions } from './run.ts';
export { BAR_MS_MIN, run, runStrategy } from './run.ts';
export { SHIPPED_CATALOG } from './shipped-catalog.ts';
