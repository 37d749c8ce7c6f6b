import type { DayReport } from './report.ts';

/** The report for a person: the same figures, in the order one asks for them. */
export function toMarkdown(report: DayReport): string {
  const { market, instruments } = report;
  return [
    '# Trading day',
    '',
    `${market.source} (${report.data} data), ${market.from} to ${market.to},`,
    'on the built-in venue and a virtual clock.',
    ...market.notes.map((note) => `- ${note}`),
    '',
    '| | |',
    '| --- | --- |',
    row('Instruments classified', `${instruments.listed} (${pairs(instruments.by_underlying)})`),
    row('Snapshots, book updates', `${market.snapshots}, ${market.book_publications}`),
    row('Intents proposed', report.intents_proposed),
    row('Refused, by code', pairs(report.intents_rejected_by_code) || 'none'),
    row('Orders dispatched', report.orders_dispatched),
    row(
      'Orders filled, canceled, failed',
      `${report.orders_filled}, ${report.orders_canceled}, ${report.orders_failed}`,
    ),
    row('Fills, settlements', `${report.fills}, ${report.settlements}`),
    row('Fees', `${report.fees_usd.toFixed(2)} USD`),
    row(
      'Profit and loss',
      report.pnl_usd === null ? 'unknown' : `${report.pnl_usd.toFixed(2)} USD`,
    ),
    row('Mode at the end', [report.trading_mode, ...report.mode_reasons].join(' ')),
    row('Seconds in each mode', pairs(report.trading_mode_seconds)),
    row('Duplicate dispatches', report.duplicate_dispatch_count),
    row('Illegal order attempts', report.illegal_order_attempts),
    row(
      'Ledger',
      `${report.ledger_records} records, ${report.ledger_verified ? 'verified' : 'NOT VERIFIED'}`,
    ),
    row('Live state equals the fold of the ledger', yes(report.facts_equal_refold)),
    row('Positions equal the venue’s', yes(report.positions_equal_venue)),
    '',
    ...positions(report),
    `Ledger: \`${report.ledger_folder}\``,
    '',
    `Build ${report.build_id}, configuration ${report.runtime_config_hash.slice(0, 16)},`,
    `Node ${report.node}, seed ${report.seed}.`,
    'A simulated venue and a virtual clock prove nothing about a live one.',
    '',
  ].join('\n');
}

function positions(report: DayReport): readonly string[] {
  if (report.open_positions.length === 0) return ['No open positions.', ''];
  return [
    '| open position | amount | value, USD |',
    '| --- | --- | --- |',
    ...report.open_positions.map(
      ({ instrument, amount, value_usd: value }) =>
        `| ${instrument} | ${amount} | ${value === null ? 'unknown' : value.toFixed(2)} |`,
    ),
    '',
  ];
}

function row(name: string, value: string | number): string {
  return `| ${name} | ${value} |`;
}

function pairs(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([key, count]) => `${key} ${Number.isInteger(count) ? count : count.toFixed(1)}`)
    .join(', ');
}

function yes(holds: boolean): string {
  return holds ? 'yes' : 'NO';
}
