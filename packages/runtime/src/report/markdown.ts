import { alertSection } from './alert-section.ts';
import { containmentSections } from './containment-sections.ts';
import { modeSections } from './mode-sections.ts';
import type { RunReport } from './run-report.ts';

/** The report for a person: the same figures, in the order one asks for them. */
export function toMarkdown(report: RunReport): string {
  const { instruments } = report;
  return [
    '# Trading run',
    '',
    `${report.seconds.toFixed(1)} s in ${report.environment} on the ${report.venue} venue ` +
      `(${report.endpoint}), clock ${report.clock}, ended by ${report.ended_by}.`,
    ...notes(report),
    '',
    '| | |',
    '| --- | --- |',
    row('Instruments classified', `${instruments.listed} (${pairs(instruments.by_underlying)})`),
    row('By kind', pairs(instruments.by_kind)),
    row('Strategies', report.strategies.join(', ')),
    row('Policy', report.policy_id),
    row('Parameters not at their default', report.policy_departures.join(', ') || 'none'),
    row('Intents proposed', report.intents_proposed),
    row('Refused, by code', pairs(report.intents_rejected_by_code) || 'none'),
    row('Orders dispatched', report.orders_dispatched),
    row(
      'Orders filled, canceled, failed, abandoned',
      `${report.orders_filled}, ${report.orders_canceled}, ` +
        `${report.orders_failed}, ${report.orders_abandoned}`,
    ),
    row('Fills, settlements', `${report.fills}, ${report.settlements}`),
    row('Fees', `${report.fees_usd.toFixed(2)} USD`),
    row('Profit and loss of its own trades', usd(report.pnl_usd)),
    row('Mode at the end', [report.trading_mode, ...report.mode_reasons].join(' ')),
    row('Seconds in each mode', pairs(report.trading_mode_seconds)),
    row('Duplicate dispatches, counted by the exchange', told(report.duplicate_dispatch_count)),
    row('Illegal order attempts, counted by the exchange', told(report.illegal_order_attempts)),
    row(
      'Ledger',
      `${report.ledger_records} records, ${report.ledger_verified ? 'verified' : 'NOT VERIFIED'}`,
    ),
    row('Live state equals the fold of the ledger', yes(report.facts_equal_refold)),
    row('Positions equal the venue’s', yes(report.positions_equal_venue)),
    row('Orders left open at the venue', told(report.orders_left_open)),
    row('Faults', pairs(report.faults) || 'none'),
    '',
    ...modeSections(report),
    ...alertSection(report),
    ...losses(report),
    ...containmentSections(report),
    ...positions(report),
    `Ledger: \`${report.ledger_folder}\``,
    '',
    `Build ${report.build_id}, configuration ${report.runtime_config_hash.slice(0, 16)}, ` +
      `Node ${report.node}.`,
    ...(report.venue === 'simulated' ? ['A simulated venue proves nothing about a live one.'] : []),
    '',
  ].join('\n');
}

function notes({ market }: RunReport): readonly string[] {
  const found = market?.['notes'];
  return Array.isArray(found) ? found.map((note) => `- ${String(note)}`) : [];
}

/** What the account has lost in USD: also by the price of the coins it holds. */
function losses(report: RunReport): readonly string[] {
  return [
    '| loss of the whole account, coins at their price | lost | latches at | measured from |  |',
    '| --- | --- | --- | --- | --- |',
    ...report.losses.map((line) => {
      const figures = [line.loss_usd, line.allowed_usd, line.from_usd].map(usd).join(' | ');
      return `| ${line.limit} | ${figures} | ${line.is_latched ? 'LATCHED' : ''} |`;
    }),
    '',
  ];
}

function positions(report: RunReport): readonly string[] {
  if (report.open_positions.length === 0) return ['No open positions.', ''];
  return [
    '| open position | amount | value |',
    '| --- | --- | --- |',
    ...report.open_positions.map(
      ({ instrument, amount, value_usd: value }) => `| ${instrument} | ${amount} | ${usd(value)} |`,
    ),
    '',
  ];
}

function row(name: string, value: string | number): string {
  return `| ${name} | ${value} |`;
}

function usd(value: number | null): string {
  return value === null ? 'unknown' : `${value.toFixed(2)} USD`;
}

function told(count: number | null): string | number {
  return count ?? 'not told';
}

function pairs(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([key, count]) => `${key} ${Number.isInteger(count) ? count : count.toFixed(1)}`)
    .join(', ');
}

function yes(holds: boolean | null): string {
  return holds === null ? 'not told' : holds ? 'yes' : 'NO';
}
