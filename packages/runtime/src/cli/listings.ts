import Table from 'cli-table3';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ask, findRun } from './beside.ts';
import { couldNotTell, type ExitCode, type Io, printable, tell, tellJson } from './io.ts';

export interface ListingOptions {
  readonly run?: string;
  readonly json: boolean;
}

type ListingIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root'>;

const row = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
);
const Orders = Compile(
  Type.Object({
    pending_orders: Type.Integer(),
    orders_in_flight: Type.Integer(),
    working_orders: Type.Integer(),
    orders: Type.Array(row),
  }),
);
const Positions = Compile(Type.Object({ positions: Type.Array(row) }));

const ORDER_COLUMNS = ['instrument', 'side', 'amount', 'filled', 'limit_price', 'state', 'intent'];
const POSITION_COLUMNS = ['instrument', 'amount', 'cash', 'currency', 'mark_price'];
/** Recorded as sending or not yet: the venue has not said that it has them. */
const PENDING = new Set(['Created', 'Sent']);

/** `holdfast orders`: what is working, or with `--pending` what the venue has not acknowledged. */
export async function orders(
  options: ListingOptions & { readonly pending?: true; readonly expectNone?: true },
  io: ListingIo,
): Promise<ExitCode> {
  const answer = await query('orders', options, io);
  if (typeof answer === 'number') return answer;
  const { body, place } = answer;
  if (!Orders.Check(body)) return couldNotTell(io, options.json, malformed(place));
  const shown = body.orders.filter(
    ({ state }) => options.pending !== true || PENDING.has(String(state)),
  );
  if (options.json) tellJson(io, { ...body, orders: shown });
  else {
    tell(io, `${body.pending_orders} pending orders, ${body.orders_in_flight} in flight`);
    tellTable(ORDER_COLUMNS, shown, io);
  }
  const isQuiet = body.pending_orders === 0 && body.orders_in_flight === 0;
  return options.expectNone !== true || isQuiet ? 0 : 1;
}

/** `holdfast positions`: what the ledger says is held. */
export async function positions(options: ListingOptions, io: ListingIo): Promise<ExitCode> {
  const answer = await query('positions', options, io);
  if (typeof answer === 'number') return answer;
  const { body, place } = answer;
  if (!Positions.Check(body)) return couldNotTell(io, options.json, malformed(place));
  if (options.json) tellJson(io, body);
  else if (body.positions.length === 0) tell(io, 'no open positions');
  else tellTable(POSITION_COLUMNS, body.positions, io);
  return 0;
}

async function query(
  kind: 'orders' | 'positions',
  { run, json }: ListingOptions,
  io: ListingIo,
): Promise<ExitCode | { readonly body: unknown; readonly place: string }> {
  const found = findRun(run, io);
  if (!found.ok) return couldNotTell(io, json, found.trouble);
  const answer = await ask(found.beside, { kind });
  if (!answer.ok) return couldNotTell(io, json, answer.trouble);
  return { body: answer.body, place: found.beside.folder.path };
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

function tellTable(columns: readonly string[], rows: readonly Row[], io: ListingIo): void {
  if (rows.length === 0) return;
  const table = new Table({ head: [...columns], style: { head: [], border: [] } });
  for (const each of rows) {
    table.push(columns.map((column) => printable(String(each[column] ?? 'unknown'))));
  }
  for (const line of table.toString().split('\n')) io.out(line);
}

function malformed(place: string): { place: string; rule: string; detail: string } {
  return {
    place,
    rule: 'malformed',
    detail: 'the engine answers in a form this build does not know',
  };
}
