import type { Event, MonoMs } from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import type { Currency } from '@holdfast/core/values';
import type { Clock } from './clock.ts';
import type { Hedges } from './hedges.ts';
import type { Instruments } from './instruments.ts';
import type { FaultName } from './link-meter.ts';
import { channelName, type Interval } from './protocol/channels.ts';
import { classOf } from './protocol/errors.ts';
import { parseInstruments } from './protocol/instruments.ts';
import type { RpcClient } from './rpc-client.ts';

/** A chain is a megabyte of JSON, and the request may wait for its credits. */
const TIMEOUT_MS = 10_000;
/** A list this young is not asked for again just because the connection was lost. */
const FRESH_MS = 300_000;

export interface ListingPorts {
  readonly clock: Clock;
  readonly now: () => MonoMs;
  readonly post: (event: Event) => void;
  readonly rpc: RpcClient;
  readonly instruments: Instruments;
  readonly currencies: readonly Currency[];
  /** Null: nothing beside the currencies. */
  readonly hedges: Hedges | null;
  readonly fault: (name: FaultName, subject: string | null, detail?: string) => void;
}

type Done = (fault: string | null) => void;

/** One list, which is the whole of its currency here. */
interface Part {
  readonly currency: Currency;
  readonly ask: (done: Done) => void;
}

/** Currency by currency; answers once, with the first fault there was. */
export function listAll(ports: ListingPorts, done: Done): void {
  list(partsOf(ports), done);
}

/** As `listAll`, without what was listed a moment ago. */
export function listMissing(ports: ListingPorts, done: Done): void {
  const now = ports.clock.now();
  const missing = partsOf(ports).filter(({ currency }) => {
    const at = ports.instruments.listedAt(currency);
    return at === null || now - at > FRESH_MS;
  });
  list(missing, done);
}

function partsOf(ports: ListingPorts): readonly Part[] {
  const { currencies, hedges } = ports;
  const parts: Part[] = currencies.map((currency) => ({
    currency,
    ask: (done) => listCurrency(ports, currency, done),
  }));
  if (hedges !== null) {
    parts.push({ currency: hedges.settlement, ask: (done) => listHedges(ports, hedges, done) });
  }
  return parts;
}

function list(parts: readonly Part[], done: Done): void {
  let fault: string | null = null;
  const next = (index: number): void => {
    const part = parts[index];
    if (part === undefined) return done(fault);
    part.ask((wrong) => {
      fault ??= wrong;
      next(index + 1);
    });
  };
  next(0);
}

function listCurrency(ports: ListingPorts, currency: Currency, done: Done): void {
  const params = { currency, expired: false };
  const request = { method: 'public/get_instruments', params, timeoutMs: TIMEOUT_MS };
  ports.rpc.call(request, (answer) => {
    if (answer.ok === null) return done(answer.fault);
    if (!answer.ok) return done(`instruments: ${answer.error.code} ${answer.error.message}`);
    done(takeList(ports, currency, answer.result));
  });
}

/** One by one. What the venue does not have is not listed, and no reason not to trade. */
function listHedges(ports: ListingPorts, hedges: Hedges, done: Done): void {
  const rows: unknown[] = [];
  const next = (index: number): void => {
    const name = hedges.instruments[index];
    if (name === undefined) return done(takeList(ports, hedges.settlement, rows));
    const params = { instrument_name: name };
    const request = { method: 'public/get_instrument', params, timeoutMs: TIMEOUT_MS };
    ports.rpc.call(request, (answer) => {
      if (answer.ok === null) return done(answer.fault);
      if (answer.ok) rows.push(answer.result);
      else if (classOf(answer.error.code) === 'instrument_terminal') {
        ports.fault('hedge_unlisted', name, `${answer.error.code}`);
      } else return done(`hedges: ${answer.error.code} ${answer.error.message}`);
      next(index + 1);
    });
  };
  next(0);
}

/** @returns why nothing could be made of it, else null. */
function takeList(ports: ListingPorts, currency: Currency, result: unknown): string | null {
  const { now, post, instruments: known } = ports;
  const parsed = parseInstruments(result);
  if (parsed === null) return 'malformed_instruments';
  const at = now();
  const { instruments, unsupported, faults } = parsed;
  known.replace(currency, instruments, at);
  post({ kind: 'instrumentsListed', at, currency, instruments, unsupported });
  for (const { name, rule, field } of faults) {
    ports.fault('instrument_malformed', name, `${rule} ${field}`);
  }
  return null;
}

export interface Subject {
  readonly instruments: Instruments;
  readonly currencies: readonly Currency[];
  readonly hedges: Hedges | null;
  readonly interval: Interval;
  /** Whether the session is authenticated: only then are there private channels. */
  readonly isPrivate: boolean;
  readonly includes: (instrument: Instrument) => boolean;
  readonly now: number;
}

/** Our own orders, trades and positions in every instrument. */
export const OWN_CHANGES = channelName({
  kind: 'user_changes',
  instrumentKind: 'any',
  currency: 'any',
  interval: 'raw',
});

/** Every channel that should be subscribed: what is ours first, then the venue, then the market. */
export function channelsOf(subject: Subject): ReadonlySet<string> {
  const { instruments, currencies, hedges, interval, isPrivate, includes, now } = subject;
  const channels = new Set<string>(isPrivate ? [OWN_CHANGES] : []);
  channels.add(channelName({ kind: 'platform_state' }));
  for (const currency of currencies) {
    channels.add(channelName({ kind: 'instrument_state', instrumentKind: 'any', currency }));
    for (const instrumentKind of ['option', 'future']) {
      const trades = { kind: 'trades_by_kind', instrumentKind, currency } as const;
      channels.add(channelName({ ...trades, interval: tradesInterval(interval) }));
    }
  }
  if (hedges !== null) {
    const news = { instrumentKind: 'future', currency: hedges.settlement };
    channels.add(channelName({ kind: 'instrument_state', ...news }));
    for (const instrument of hedges.instruments) {
      if (instruments.get(instrument) === undefined) continue;
      channels.add(channelName({ kind: 'trades', instrument, interval: tradesInterval(interval) }));
    }
  }
  const live = [...instruments.live(now)].filter(includes);
  for (const underlying of new Set(live.map((instrument) => instrument.underlying))) {
    const indexName = `${underlying.toLowerCase()}_usd`;
    channels.add(channelName({ kind: 'index_price', indexName }));
    if (currencies.includes(underlying)) {
      channels.add(channelName({ kind: 'volatility_index', indexName }));
    }
  }
  for (const { name: instrument } of live) {
    channels.add(channelName({ kind: 'book', instrument, interval }));
    channels.add(channelName({ kind: 'ticker', instrument, interval }));
  }
  return channels;
}

/** Trades come in batches or one by one; there is no third kind. */
function tradesInterval(interval: Interval): Interval {
  return interval === 'raw' ? 'raw' : '100ms';
}
