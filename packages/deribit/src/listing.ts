import type { Event, MonoMs } from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import type { Currency } from '@holdfast/core/values';
import type { Clock } from './clock.ts';
import type { Instruments } from './instruments.ts';
import type { FaultName } from './link-meter.ts';
import { channelName, type Interval } from './protocol/channels.ts';
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
  readonly fault: (name: FaultName, subject: string | null, detail?: string) => void;
}

type Done = (fault: string | null) => void;

/** `public/get_instruments`, currency by currency; answers once, with the first fault there was. */
export function listAll(ports: ListingPorts, done: Done): void {
  list(ports, ports.currencies, done);
}

/** As `listAll`, without what was listed a moment ago. */
export function listMissing(ports: ListingPorts, done: Done): void {
  const now = ports.clock.now();
  const missing = ports.currencies.filter((currency) => {
    const at = ports.instruments.listedAt(currency);
    return at === null || now - at > FRESH_MS;
  });
  list(ports, missing, done);
}

function list(ports: ListingPorts, currencies: readonly Currency[], done: Done): void {
  let fault: string | null = null;
  const next = (index: number): void => {
    const currency = currencies[index];
    if (currency === undefined) return done(fault);
    listOne(ports, currency, (wrong) => {
      fault ??= wrong;
      next(index + 1);
    });
  };
  next(0);
}

function listOne(ports: ListingPorts, currency: Currency, done: Done): void {
  const { rpc, now, post, instruments: known } = ports;
  const params = { currency, expired: false };
  rpc.call({ method: 'public/get_instruments', params, timeoutMs: TIMEOUT_MS }, (answer) => {
    if (answer.ok === null) return done(answer.fault);
    if (!answer.ok) return done(`instruments: ${answer.error.code} ${answer.error.message}`);
    const parsed = parseInstruments(answer.result);
    if (parsed === null) return done('malformed_instruments');
    const at = now();
    const { instruments, unsupported, faults } = parsed;
    known.replace(currency, instruments, at);
    post({ kind: 'instrumentsListed', at, currency, instruments, unsupported });
    for (const { name, rule, field } of faults) {
      ports.fault('instrument_malformed', name, `${rule} ${field}`);
    }
    done(null);
  });
}

export interface Subject {
  readonly instruments: Instruments;
  readonly currencies: readonly Currency[];
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
  const { instruments, currencies, interval, isPrivate, includes, now } = subject;
  const channels = new Set<string>(isPrivate ? [OWN_CHANGES] : []);
  channels.add(channelName({ kind: 'platform_state' }));
  for (const currency of currencies) {
    channels.add(channelName({ kind: 'instrument_state', instrumentKind: 'any', currency }));
    for (const instrumentKind of ['option', 'future']) {
      const trades = { kind: 'trades_by_kind', instrumentKind, currency } as const;
      channels.add(channelName({ ...trades, interval: tradesInterval(interval) }));
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
