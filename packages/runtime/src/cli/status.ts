import { relative, isAbsolute } from 'node:path';
import { CONTRACT_VERSION } from '@holdfast/core/guard';
import { type OwnerReading, readOwnerStatus } from '@holdfast/core/status';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { limitsInWords } from './attested-commands.ts';
import { ask, findRun } from './beside.ts';
import { complain, type ExitCode, type Io, tell, tellJson, type Trouble } from './io.ts';
import { ownChecks } from './own-checks.ts';
import { ownerLines } from './owner-lines.ts';

export interface StatusOptions {
  readonly run?: string;
  readonly detailed?: boolean;
  readonly json: boolean;
}

type StatusIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>;

const HealthBody = Compile(
  Type.Object({
    last_transition_reason: Type.String(),
    last_transition_ts: Type.String(),
    since_code: Type.String(),
    since_ts: Type.String(),
  }),
);

const OrdersBody = Compile(
  Type.Object({
    pending_orders: Type.Integer(),
    orders_in_flight: Type.Integer(),
    orders: Type.Array(Type.Unknown()),
  }),
);

const WORDS = { Active: 'ACTIVE', ReduceOnly: 'REDUCE_ONLY', Kill: 'KILL' } as const;

/**
 * `holdfast status` (phases section 1.8): mode, why, and what clears it. Exit 0 when the engine
 * answers and its configuration stands, 1 when a check fails, 2 when nobody could be asked.
 * Whatever cannot be known is told as KILL and not allowed.
 */
export async function status(options: StatusOptions, io: StatusIo): Promise<ExitCode> {
  const timestamp = utc(io.now());
  const own = ownChecks(io);
  const about = { timestamp, buildId: own.buildId };
  if (own.errors.length > 0) return unknown(own.errors, 1, options, about, io);
  const found = findRun(options.run, io);
  if (!found.ok) return unknown([found.trouble], 2, options, about, io);
  const { beside } = found;
  const [state, health, orders] = await Promise.all([
    ask(beside, { kind: 'status' }),
    ask(beside, { kind: 'health' }),
    ask(beside, { kind: 'orders' }),
  ]);
  if (!state.ok) return unknown([state.trouble], 2, options, about, io);
  if (!health.ok) return unknown([health.trouble], 2, options, about, io);
  if (!orders.ok) return unknown([orders.trouble], 2, options, about, io);
  const reading = readOwnerStatus(state.body);
  if (!reading.sound) return untrusted(reading, options, about, io);
  if (!HealthBody.Check(health.body) || !OrdersBody.Check(orders.body)) {
    return unknown([malformed(beside.folder.path)], 2, options, about, io);
  }
  const { document: body } = reading;
  const { since_ts: since } = health.body;
  const inside = relative(io.root, beside.folder.path);
  const document = {
    ok: true,
    build_id: body.build_id,
    contract_version: body.contract_version,
    timestamp_utc: timestamp,
    trading_mode: WORDS[body.trading_mode],
    is_trading_allowed: body.trading_mode === 'Active',
    mode_reasons: body.mode_reasons,
    since_ts: since,
    orders_in_flight: orders.body.orders_in_flight,
    pending_orders: orders.body.pending_orders,
    last_transition_reason: health.body.last_transition_reason,
    last_transition_ts: health.body.last_transition_ts,
    runtime_state_path: beside.folder.path,
    external_runtime_state: inside.startsWith('..') || isAbsolute(inside),
    ...(options.detailed === true ? { pending_order_items: orders.body.orders } : {}),
    // What `/api/v1/status` answers, key for key.
    status: body,
  };
  if (options.json) tellJson(io, document);
  else {
    for (const line of ownerLines(reading, since)) tell(io, line);
    tell(io, `orders_in_flight: ${document.orders_in_flight}`);
    tell(io, `pending_orders: ${document.pending_orders}`);
    for (const line of limitsInWords(state.body) ?? []) tell(io, line);
    tell(io, `build_id: ${document.build_id}`);
    tell(io, `run: ${beside.folder.path}`);
    if (options.detailed === true) tellJson(io, body);
  }
  return 0;
}

/** A status that cannot be trusted: KILL, and what to do; none of its own codes is shown. */
function untrusted(
  { code, message, action, broken }: Extract<OwnerReading, { sound: false }>,
  options: StatusOptions,
  about: About,
  io: StatusIo,
): ExitCode {
  const errors = broken.map((detail) => ({ place: 'status', rule: 'malformed', detail }));
  if (options.json) return unknown(errors, 2, options, { ...about, code }, io);
  tell(io, 'trading_mode: KILL');
  tell(io, `why: ${message}`);
  tell(io, `code: ${code}`);
  tell(io, `do: ${action}`);
  return 2;
}

/** What is known without the engine. */
interface About {
  readonly timestamp: string;
  readonly buildId: string | null;
  /** Said in place of a status that cannot be trusted. */
  readonly code?: string;
}

function unknown(
  errors: readonly Trouble[],
  code: 1 | 2,
  options: StatusOptions,
  { timestamp, buildId, code: reason }: About,
  io: StatusIo,
): ExitCode {
  if (!options.json) {
    tell(io, 'trading_mode: KILL');
    for (const error of errors) complain(io, error);
    return code;
  }
  tellJson(io, {
    ok: false,
    build_id: buildId,
    contract_version: CONTRACT_VERSION,
    timestamp_utc: timestamp,
    trading_mode: 'KILL',
    is_trading_allowed: false,
    ...(reason === undefined ? {} : { primary_owner_reason_code: reason }),
    errors: errors.map(({ place, rule, detail }) => `${place} ${rule} ${detail}`),
  });
  return code;
}

function malformed(place: string): Trouble {
  return {
    place,
    rule: 'malformed',
    detail: 'the engine answers in a form this build does not know',
  };
}

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
