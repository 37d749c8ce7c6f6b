import type { Notice } from '../exchange/notification.ts';

/** Time between two messages of a channel, ms; 0 is every change, at once. */
export type Pace = 0 | 100 | 1_000;

/**
 * What one channel says, to however many listen. It hears notices, merges them until it is asked,
 * and can greet a newcomer with where things stand.
 */
export interface Topic {
  /** Keys of the notices it wants to hear; see `keysOf`. */
  readonly keys: readonly string[];
  readonly pace: Pace;
  /** @returns whether there is something to say now that was not before. */
  hear(...notice: Notice): boolean;
  /** `data` of each message to those who heard the earlier ones; what was merged is said then. */
  say(): readonly unknown[];
  /** `data` of each message to one who begins to listen now. Called with nothing left to say. */
  greet(): readonly unknown[];
}

/** Milliseconds between messages by Deribit's interval names. */
export function paceOf(interval: 'raw' | '100ms' | 'agg2'): Pace {
  return interval === 'raw' ? 0 : interval === '100ms' ? 100 : 1_000;
}

/** Where a notice goes: the keys that topics listen under. */
export function keysOf(...notice: Notice): readonly string[] {
  const [kind, payload, account] = notice;
  switch (kind) {
    case 'book':
      return [`book/${payload.instrument.name}`];
    case 'ticker':
      return [`ticker/${payload.instrument.name}`, `tickers/${payload.instrument.underlying}`];
    case 'publicTrade':
      return [`trades/${payload.instrument_name}`, 'trades'];
    case 'index':
      return [`index/${payload.underlying}`, 'index'];
    case 'volatilityIndex':
      return [`volatility/${payload.underlying}`];
    case 'instruments':
      return ['instruments'];
    case 'platform':
      return ['platform'];
    case 'order':
    case 'trade':
    case 'settlement':
    case 'portfolio':
      return [`account/${account ?? ''}`];
  }
}

/** What an instrument is filed under, read from its name: the listing may be gone already. */
export function filing(instrumentName: string): { kind: 'option' | 'future'; currency: string } {
  const [pair = ''] = instrumentName.split('-');
  const kind = /-[CP]$/.test(instrumentName) ? 'option' : 'future';
  return { kind, currency: pair.split('_').at(-1) ?? '' };
}

/** Whether a channel of this kind and currency, either of them perhaps `any`, is about it. */
export function isFiledUnder(
  instrumentName: string,
  { instrumentKind, currency }: { readonly instrumentKind: string; readonly currency: string },
): boolean {
  const filed = filing(instrumentName);
  const isKind = instrumentKind === 'any' || instrumentKind === filed.kind;
  return isKind && (currency === 'any' || currency.toUpperCase() === filed.currency);
}
