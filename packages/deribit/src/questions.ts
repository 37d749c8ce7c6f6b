import type { Event, Fetch, MonoMs } from '@holdfast/core';
import { type Currency, type InstrumentName, monoMs, wallMs } from '@holdfast/core/values';
import type { Clock } from './clock.ts';
import { parseAccountSummaries } from './protocol/account.ts';
import { parseAnnouncements } from './protocol/announcements.ts';
import { parseStatus } from './protocol/platform.ts';
import { parseLastTrades } from './protocol/public-trades.ts';
import { snapshotEvent, takeSnapshot } from './reconciliation.ts';
import { REQUEST_TIMEOUT_MS, type RpcClient, type RpcRequest } from './rpc-client.ts';

export interface QuestionPorts {
  readonly clock: Clock;
  readonly now: () => MonoMs;
  readonly post: (event: Event) => void;
  readonly rpc: RpcClient;
  readonly currencies: readonly Currency[];
  /** The session is ready; `private`: and authenticated. */
  readonly isReady: () => 'no' | 'public' | 'private';
  readonly driftMs: () => number | null;
  readonly list: (done: (fault: string | null) => void) => void;
  readonly isListed: (instrument: InstrumentName) => boolean;
  /** @returns whether the ticker could be read. */
  readonly ticker: (data: unknown, instrument: InstrumentName) => boolean;
  readonly restartBook: (instrument: InstrumentName, done: (fault: string | null) => void) => void;
}

type Done = (fault: string | null) => void;

/**
 * The core gives a snapshot five seconds from asking to answering (`turn/reconciliation.ts`): ours
 * has failed before that.
 */
const SNAPSHOT_TIMEOUT_MS = 4_500;
/** Announcements are asked for every minute; more than these were not made in between. */
const ANNOUNCEMENTS = 50;

/**
 * What the core asks of the venue. Every question is answered: with what it is about, or with
 * `fetchFailed` and why.
 */
export function ask(ports: QuestionPorts, request: Fetch): void {
  const { requestId } = request;
  const done: Done = (fault) => {
    if (fault === null) return;
    ports.post({ kind: 'fetchFailed', at: ports.now(), requestId, fault });
  };
  const ready = ports.isReady();
  const needsKey = request.what === 'account' || request.what === 'reconciliation';
  if (ready === 'no' || (needsKey && ready === 'public')) {
    const fault = ready === 'no' ? 'not_connected' : 'no_credentials';
    // Never inside the call: the core does not expect an answer while it asks.
    ports.clock.wake(ports.clock.now(), () => done(fault));
    return;
  }
  switch (request.what) {
    case 'instruments':
      return ports.list(done);
    case 'account':
      return askAccount(ports, done);
    case 'health':
      return askHealth(ports, done);
    case 'reconciliation':
      return askSnapshot(ports, request, done);
    case 'latest_trades':
    case 'missed_trades':
      return askTrades(ports, request, done);
    case 'book':
      return ports.restartBook(request.instrument, done);
    case 'ticker':
      return askTicker(ports, request.instrument, done);
  }
}

/** Margin, fees and limits; the limits also govern how fast we ask from now on. */
export function askAccount({ rpc, now, post }: QuestionPorts, done: Done): void {
  const params = { extended: true };
  rpc.call({ method: 'private/get_account_summaries', params }, (answer) => {
    if (answer.ok === null) return done(answer.fault);
    if (!answer.ok) return done(`account: ${answer.error.code} ${answer.error.message}`);
    const parsed = parseAccountSummaries(answer.result);
    if (parsed === null) return done('malformed_account');
    const at = now();
    if (parsed.limits !== null) rpc.limit(parsed.limits);
    post({ kind: 'accountObserved', at, ...parsed, feeModelCachedAt: wallMs(at) });
    done(null);
  });
}

/** Announcements and platform status together: one without the other is no health. */
export function askHealth({ rpc, now, post }: QuestionPorts, done: Done): void {
  const params = { count: ANNOUNCEMENTS };
  rpc.call({ method: 'public/get_announcements', params }, (announced) => {
    if (announced.ok === null) return done(announced.fault);
    if (!announced.ok) return done(`announcements: ${announced.error.message}`);
    const maintenance = parseAnnouncements(announced.result, now());
    if (!maintenance.ok) return done(maintenance.fault);
    rpc.call({ method: 'public/status', params: {} }, (told) => {
      if (told.ok === null) return done(told.fault);
      if (!told.ok) return done(`status: ${told.error.message}`);
      const status = parseStatus(told.result);
      if (!status.ok) return done(status.fault);
      const { locked } = status.value;
      post({ kind: 'venueHealthObserved', at: now(), maintenance: maintenance.value, locked });
      done(null);
    });
  });
}

/** Trades of one hole, or of one market's last moments, in one answer. */
const TRADES_OF_A_HOLE = 1_000;
const LATEST_TRADES = 20;

type AskedTrades = Extract<Fetch, { what: 'latest_trades' | 'missed_trades' }>;

/** What everybody traded: how each of these is dated, ours is to translate. */
function askTrades(ports: QuestionPorts, request: AskedTrades, done: Done): void {
  const { rpc, now, post, driftMs } = ports;
  const { requestId } = request;
  rpc.call(tradesRequest(request), (answer) => {
    if (answer.ok === null) return done(answer.fault);
    if (!answer.ok) return done(`trades: ${answer.error.code} ${answer.error.message}`);
    const parsed = parseLastTrades(answer.result);
    if (!parsed.ok) return done(parsed.fault);
    const at = now();
    const ahead = driftMs() ?? 0;
    const trades = parsed.value.trades.map(
      ({ instrument, tradeSeq, priceE8, amountE8, side, timestamp }) => {
        const tradedAt = monoMs(Math.min(at, Math.floor(timestamp + ahead)));
        return { instrument, tradeSeq, priceE8, amountE8, side, tradedAt };
      },
    );
    const isComplete = !parsed.value.hasMore;
    post({ kind: 'publicTradesObserved', at, requestId, trades, isComplete });
    done(null);
  });
}

function tradesRequest(request: AskedTrades): Pick<RpcRequest, 'method' | 'params'> {
  if (request.what === 'latest_trades') {
    const { currency, family: kind } = request;
    const params = { currency, kind, count: LATEST_TRADES, sorting: 'desc' };
    return { method: 'public/get_last_trades_by_currency', params };
  }
  const { instrument: instrument_name, fromSeq: start_seq, toSeq: end_seq } = request;
  const params = { instrument_name, start_seq, end_seq, count: TRADES_OF_A_HOLE, sorting: 'asc' };
  return { method: 'public/get_last_trades_by_instrument', params };
}

/** What an emergency close goes by where nothing else tells a price; before other questions. */
function askTicker({ rpc, ticker }: QuestionPorts, name: InstrumentName, done: Done): void {
  const params = { instrument_name: name };
  rpc.call({ method: 'public/ticker', params, urgent: true }, (answer) => {
    if (answer.ok === null) return done(answer.fault);
    if (!answer.ok) return done(`ticker: ${answer.error.code} ${answer.error.message}`);
    done(ticker(answer.result, name) ? null : 'malformed_ticker');
  });
}

function askSnapshot(
  { clock, now, post, rpc, currencies, driftMs, isListed }: QuestionPorts,
  { requestId, since, cash }: Extract<Fetch, { what: 'reconciliation' }>,
  done: Done,
): void {
  const deadline = clock.now() + SNAPSHOT_TIMEOUT_MS;
  const ahead = driftMs() ?? 0;
  const request = {
    since: since - ahead,
    venueNow: clock.now() - ahead,
    currencies,
    cash,
    isListed,
    ask: (
      method: string,
      params: Record<string, unknown>,
      reply: Parameters<RpcClient['call']>[1],
    ) => {
      const left = Math.max(0, deadline - clock.now());
      const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, left);
      rpc.call({ method, params, timeoutMs, urgent: true }, reply);
    },
  };
  takeSnapshot(request, (answer) => {
    if (!answer.ok) return done(answer.fault);
    post(snapshotEvent(requestId, answer.snapshot, now()));
    done(null);
  });
}
