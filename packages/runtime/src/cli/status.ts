import { relative, isAbsolute } from 'node:path';
import { CONTRACT_VERSION } from '@holdfast/core/guard';
import { MODE_REASONS } from '@holdfast/core/reasons';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { limitsInWords } from './attested-commands.ts';
import { ask, findRun } from './beside.ts';
import { complain, type ExitCode, type Io, tell, tellJson, type Trouble } from './io.ts';
import { ownChecks } from './own-checks.ts';

export interface StatusOptions {
  readonly run?: string;
  readonly detailed?: boolean;
  readonly json: boolean;
}

type StatusIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>;

/** The part of `/api/v1/status` this command speaks of: another process's words, so checked. */
const StatusBody = Compile(
  Type.Object({
    trading_mode: Type.Union([
      Type.Literal('Active'),
      Type.Literal('ReduceOnly'),
      Type.Literal('Kill'),
    ]),
    mode_reasons: Type.Array(Type.String()),
    build_id: Type.String(),
    contract_version: Type.String(),
  }),
);

const HealthBody = Compile(
  Type.Object({
    last_transition_reason: Type.String(),
    last_transition_ts: Type.String(),
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
  if (!StatusBody.Check(state.body) || !HealthBody.Check(health.body)) {
    return unknown([malformed(beside.folder.path)], 2, options, about, io);
  }
  if (!OrdersBody.Check(orders.body)) {
    return unknown([malformed(beside.folder.path)], 2, options, about, io);
  }
  const { trading_mode: mode, mode_reasons: reasons } = state.body;
  const inside = relative(io.root, beside.folder.path);
  const document = {
    ok: true,
    build_id: state.body.build_id,
    contract_version: state.body.contract_version,
    timestamp_utc: timestamp,
    trading_mode: WORDS[mode],
    is_trading_allowed: mode === 'Active',
    mode_reasons: reasons,
    orders_in_flight: orders.body.orders_in_flight,
    pending_orders: orders.body.pending_orders,
    last_transition_reason: health.body.last_transition_reason,
    last_transition_ts: health.body.last_transition_ts,
    runtime_state_path: beside.folder.path,
    external_runtime_state: inside.startsWith('..') || isAbsolute(inside),
    ...(typeof state.body === 'object' && 'launch_policy' in state.body
      ? { launch_policy: state.body.launch_policy }
      : {}),
    ...(options.detailed === true
      ? { pending_order_items: orders.body.orders, status: state.body }
      : {}),
  };
  if (options.json) tellJson(io, document);
  else {
    tell(io, `trading_mode: ${document.trading_mode}`);
    for (const line of inWords(mode, reasons)) tell(io, line);
    tell(io, `orders_in_flight: ${document.orders_in_flight}`);
    tell(io, `pending_orders: ${document.pending_orders}`);
    tell(io, `since: ${document.last_transition_ts} (${document.last_transition_reason})`);
    for (const line of limitsInWords(state.body) ?? []) tell(io, line);
    tell(io, `build_id: ${document.build_id}`);
    tell(io, `run: ${beside.folder.path}`);
    if (options.detailed === true) tellJson(io, state.body);
  }
  return 0;
}

function inWords(mode: string, reasons: readonly string[]): readonly string[] {
  if (reasons.length === 0) {
    return [
      mode === 'Active'
        ? 'Every check passes.'
        : 'No reason is given: that is a defect. Stop here.',
    ];
  }
  return reasons.flatMap((code) => {
    const reason = Object.hasOwn(MODE_REASONS, code)
      ? MODE_REASONS[code as keyof typeof MODE_REASONS]
      : null;
    if (reason === null) return [`${code}: unknown to this build`];
    return [`${code}: ${reason.meaning}`, `  clears when: ${reason.clears}`];
  });
}

function unknown(
  errors: readonly Trouble[],
  code: 1 | 2,
  options: StatusOptions,
  { timestamp, buildId }: { readonly timestamp: string; readonly buildId: string | null },
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
