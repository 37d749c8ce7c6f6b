import { styleText } from 'node:util';
import type { ReasonLine, ViewModel } from './model.ts';

/** Narrower terminals cut lines; wider ones leave room. */
const WIDTH_MAX = 110;
const WIDTH_MIN = 40;

type Paint = (text: string) => string;

const PLAIN: Paint = (text) => text;

const MODE_COLOURS: Readonly<Record<string, Parameters<typeof styleText>[0]>> = {
  Active: ['black', 'bgGreen'],
  ReduceOnly: ['black', 'bgYellow'],
  Kill: ['white', 'bgRed'],
};

/**
 * One screen, line by line. The mode and its reason are the first two lines: whoever looks for five
 * seconds has read them (phases section 8).
 */
export function frame(view: ViewModel, columns: number, coloured: boolean): readonly string[] {
  const width = Math.max(WIDTH_MIN, Math.min(columns, WIDTH_MAX));
  const paint = (style: Parameters<typeof styleText>[0]): Paint =>
    coloured ? (text) => styleText(style, text, { validateStream: false }) : PLAIN;
  const dim = paint('dim');
  const rule = dim('─'.repeat(width));
  const fit = (text: string): string => cut(text, width);
  return [
    head(view, width, paint(MODE_COLOURS[view.mode] ?? ['inverse'])),
    fit(why(view)),
    ...rest(view.reasons).map((line) => dim(fit(line))),
    ...figures(view).map((line) => dim(fit(line))),
    rule,
    fit(connection(view)),
    fit(market(view)),
    rule,
    ...table('Positions', positionRows(view), fit, dim),
    fit(`PnL ${usd(view.pnlUsd)}   fees ${usd(view.feesUsd)}`),
    rule,
    ...table('Orders', orderRows(view), fit, dim),
    fit(totals(view)),
    rule,
    ...table('Last refusals', refusalRows(view), fit, dim),
    rule,
    dim(fit(foot(view))),
  ];
}

function head(view: ViewModel, width: number, paint: Paint): string {
  const mode = ` ${view.mode.toUpperCase()} `;
  const place = `  holdfast  ${view.environment} on the ${view.venue} venue`;
  const time = duration(view.elapsedMs);
  const gap = Math.max(1, width - mode.length - place.length - time.length);
  return `${paint(mode)}${cut(`${place}${' '.repeat(gap)}${time}`, width - mode.length)}`;
}

function why({ mode, reasons }: ViewModel): string {
  const [first] = reasons;
  if (first !== undefined) return first.meaning;
  return mode === 'Active'
    ? 'Every check passes: risk may be opened within the launch policy.'
    : 'No reason is given: that is a defect. Stop, and call engineering.';
}

/** The first reason is the headline; every code has its line below it. */
function rest(reasons: readonly ReasonLine[]): readonly string[] {
  return reasons.map(({ code, meaning, clears }, index) =>
    index === 0 ? `  ${code}, until: ${clears}` : `  ${code}: ${meaning}`,
  );
}

/** Value and line of what holds it down; the report and `holdfast status` have all of them. */
function figures({ figures: shown, figuresHidden: hidden }: ViewModel): readonly string[] {
  const lines = shown.map((figure) => `    ${figure}`);
  return hidden === 0 ? lines : [...lines, `    and ${hidden} more: holdfast status`];
}

function connection(view: ViewModel): string {
  const state = view.connected ? 'connected' : 'NOT CONNECTED';
  const p95 = view.requestP95Ms === null ? 'unknown' : `${view.requestP95Ms.toFixed(1)} ms`;
  const http = view.http === null ? 'no HTTP port' : view.http;
  const place = `${state} to ${view.endpoint}`;
  return [place, `request p95 ${p95}`, `reconnects ${view.reconnects}`, http].join('   ');
}

function market(view: ViewModel): string {
  const indexes = view.indexes.map(
    ({ underlying, usd: price }) => `${underlying} ${price.toFixed(2)}`,
  );
  const age =
    view.marketAgeMs === null ? 'no market data yet' : `last news ${view.marketAgeMs} ms ago`;
  return `${view.listed} instruments   ${indexes.join('   ')}   ${age}`;
}

function positionRows(view: ViewModel): readonly string[] {
  return view.positions.map(
    ({ instrument, amount, value_usd: value }) =>
      `${instrument.padEnd(26)} ${String(amount).padStart(12)}   ${usd(value)}`,
  );
}

function orderRows(view: ViewModel): readonly string[] {
  const rows = view.orders.map(
    (order) =>
      `${order.instrument.padEnd(26)} ${order.side.padEnd(4)} ${order.amount.padStart(8)} ` +
      `at ${order.price.padEnd(10)} filled ${order.filled.padEnd(8)} ` +
      `${order.state} ${order.strategy}`,
  );
  return view.ordersHidden > 0 ? [...rows, `and ${view.ordersHidden} more`] : rows;
}

function refusalRows(view: ViewModel): readonly string[] {
  return view.refusals.map(({ at, text }) => `${clock(at)}  ${text}`);
}

function totals({ totals: sums }: ViewModel): string {
  return (
    `proposed ${sums.proposed}   refused ${sums.refused}   sent ${sums.sent}   ` +
    `filled ${sums.filled}   fills ${sums.fills}`
  );
}

function foot(view: ViewModel): string {
  const queue = view.ledgerDepth === 0 ? '' : `, ${view.ledgerDepth} waiting for the disk`;
  const ledger = `ledger ${view.ledgerRecords} records${queue}`;
  return `${clock(view.now)} UTC   ${ledger}   Ctrl-C ends the run`;
}

function table(
  title: string,
  rows: readonly string[],
  fit: (text: string) => string,
  dim: Paint,
): readonly string[] {
  if (rows.length === 0) return [fit(`${title}  none`)];
  return [dim(fit(title)), ...rows.map((row) => fit(`  ${row}`))];
}

function usd(value: number | null): string {
  return value === null ? 'unknown' : `${value.toFixed(2)} USD`;
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const part = (value: number): string => String(value).padStart(2, '0');
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map(part).join(':');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
