import type { RpcAnswer } from '@holdfast/deribit/protocol';
import type { EnvMatrix, MatrixEnvironment } from '../config/env-matrix.ts';
import { scopesOf } from '../config/key-identity.ts';
import {
  accountOf,
  askIdentity,
  authenticate,
  type KeyPair,
  mismatchesOf,
  type VenueCaller,
  wordsOf,
} from '../key-identity.ts';
import {
  DENIED,
  NOT_APPLICABLE,
  type ProbeEntry,
  type ProbeResult,
  type Provenance,
  SKIPPED,
  SUCCESS,
} from './keys-record.ts';

export interface ProbeRequest {
  readonly matrix: EnvMatrix;
  readonly environment: MatrixEnvironment;
  readonly key: KeyPair;
  /** A key the exchange has already been told to forget; null leaves that probe out. */
  readonly revoked: KeyPair | null;
  readonly venue: VenueCaller;
  readonly exchange: string;
  readonly operator: string;
  readonly provenance: Provenance;
  readonly timestamp: string;
}

export interface Probed {
  readonly entry: ProbeEntry;
  /** Why the key is not the one the matrix describes; empty when it is. */
  readonly mismatches: readonly string[];
  /** The venue did not answer something, so the result says less than it should. */
  readonly isIncomplete: boolean;
}

/** Codes that refuse the key or its scope, and nothing else (phases section 7.2). */
const REFUSES_KEY: ReadonlySet<number> = new Set([10_000, 11_042, 13_004, 13_009, 13_021, 13_403]);
const METHOD_NOT_FOUND = -32_601;
const ORDER_NOT_FOUND = 10_004;

/** An order id nobody has. */
const NO_SUCH_ORDER = 'holdfast-probe-0';
/** No address of any chain, and nothing to send: it cannot go through even where it is allowed. */
const NO_ADDRESS = 'holdfast-probe';

/**
 * Asks the exchange what a key can do (phases section 1.11). Nothing that could move money or
 * place an order is ever sent: the only way to an order is the chokepoint (P1-A), so the right to
 * trade is asked with the cancel of an order nobody has, which needs the same scope, and the
 * rights over money with an amount of zero to no address. A key that gets past the check of its
 * permissions has the permission, whatever the exchange says next.
 */
export async function probeKey(request: ProbeRequest): Promise<Probed> {
  const { matrix, environment, key, venue, exchange, operator, provenance, timestamp } = request;
  const session = await authenticate(venue, key);
  const token = session.token;
  const ask = (method: string, params: object): Promise<RpcAnswer> =>
    venue.call(method, params, token);
  const summary = token === null ? session.answer : await askIdentity(venue, token);
  const account = accountOf(summary);
  const scopes = session.scope === null ? [] : scopesOf(session.scope);
  const mismatches =
    token === null
      ? [`the exchange did not let the key in: ${wordsOf(session.answer)}`]
      : mismatchesOf(matrix, environment, { keyId: key.clientId, account, scopes });
  const matched = token !== null && !mismatches.some((text) => /^(account|key)_/.test(text));
  const results: Record<string, ProbeResult> = {
    identity_check: {
      attempted: true,
      ...resultOf(summary, 'account'),
      matched_expected_account: matched,
    },
    read_account: { attempted: true, ...resultOf(summary, 'account') },
    read_market_data: {
      attempted: true,
      ...resultOf(
        await venue.call('public/get_index_price', { index_name: 'btc_usd' }, null),
        'market',
      ),
    },
    ...(await moneyAndTrade(token, ask)),
    trade_with_revoked_key: await withRevokedKey(request),
  };
  const isOpen = (name: string): boolean => results[name]?.result === SUCCESS;
  const entry: ProbeEntry = {
    env: environment,
    exchange,
    key_id: shownKey(key.clientId, matrix),
    account,
    scopes: [...scopes],
    venue_scope: session.scope,
    withdraw_enabled: isOpen('withdraw') || scopes.includes('withdraw'),
    transfer_enabled: isOpen('transfer') || scopes.includes('transfer'),
    probe_results: results,
    timestamp_utc: timestamp,
    operator,
    provenance,
  };
  const isIncomplete = Object.values(results).some(
    ({ attempted, result }) => attempted && result === SKIPPED,
  );
  return { entry, mismatches, isIncomplete };
}

type Ask = (method: string, params: object) => Promise<RpcAnswer>;

async function moneyAndTrade(
  token: string | null,
  ask: Ask,
): Promise<Record<'place_order' | 'withdraw' | 'transfer', ProbeResult>> {
  if (token === null) {
    const skipped = { attempted: false, result: SKIPPED, reason: 'the key was not let in' };
    return { place_order: skipped, withdraw: skipped, transfer: skipped };
  }
  const nothing = { currency: 'BTC', amount: 0 };
  return {
    place_order: await tradePermission(ask),
    withdraw: {
      attempted: true,
      ...resultOf(await ask('private/withdraw', { ...nothing, address: NO_ADDRESS }), 'money'),
    },
    transfer: {
      attempted: true,
      ...resultOf(
        await ask('private/submit_transfer_to_subaccount', { ...nothing, destination: 0 }),
        'money',
      ),
    },
  };
}

async function tradePermission(ask: Ask): Promise<ProbeResult> {
  const answer = await ask('private/cancel', { order_id: NO_SUCH_ORDER });
  return {
    attempted: true,
    ...resultOf(answer, 'trade'),
    reason: 'asked with the cancel of an order nobody has: same scope, and no order is placed',
  };
}

/** The revoked key alone: where it is refused nothing else is tried, least of all another key. */
async function withRevokedKey({ revoked, venue }: ProbeRequest): Promise<ProbeResult> {
  if (revoked === null) {
    return { attempted: false, result: SKIPPED, reason: 'no revoked key was given' };
  }
  const session = await authenticate(venue, revoked);
  if (session.token === null) return { attempted: true, ...resultOf(session.answer, 'account') };
  const { token } = session;
  return tradePermission((method, params) => venue.call(method, params, token));
}

type Subject = 'account' | 'market' | 'trade' | 'money';

/** One answer in the words of the record. What is not understood is never a yes. */
function resultOf(answer: RpcAnswer, subject: Subject): Omit<ProbeResult, 'attempted'> {
  if (answer.ok === true) return { result: SUCCESS };
  const error = wordsOf(answer);
  if (answer.ok === null) return { result: SKIPPED, error };
  const { code } = answer.error;
  if (REFUSES_KEY.has(code)) return { result: DENIED, error };
  if (code === METHOD_NOT_FOUND) {
    return { result: NOT_APPLICABLE, error, reason: 'the exchange does not offer the method' };
  }
  // Past the permissions: the exchange looked at the order, or at the amount.
  if (subject === 'money') return { result: SUCCESS, error, reason: 'not refused for permission' };
  if (subject === 'trade' && code === ORDER_NOT_FOUND) return { result: SUCCESS, error };
  return { result: SKIPPED, error };
}

/** Development keys are public; of every other key only the beginning is recorded. */
function shownKey(clientId: string, matrix: EnvMatrix): string {
  const isDevelopment = matrix.built_in_exchange.keys.some(({ key_id }) => key_id === clientId);
  return isDevelopment ? clientId : `${clientId.slice(0, 4)}***`;
}
