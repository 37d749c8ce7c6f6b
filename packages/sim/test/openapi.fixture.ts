/** Deribit's own OpenAPI document as a judge of what the exchange says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';

const FILE = 'deribit-openapi.json.gz';

type Schema = Record<string, unknown>;

interface OpenApi {
  readonly paths: Readonly<Record<string, Record<string, { readonly responses: Schema }>>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

/**
 * Where the document's schema contradicts its own prose or examples, and what is meant. `at` is a
 * path below `components.schemas`.
 */
const CORRECTIONS: readonly (readonly [at: string, meant: Schema, because: string])[] = [
  ['underlying_index', { type: 'string' }, 'a name, by its own description'],
  ['user_trade.matching_id', {}, 'always null, by its own description'],
  ['stats.low', { type: 'number', nullable: true }, 'null without a trade, as in book_summary'],
  ['stats.high', { type: 'number', nullable: true }, 'null without a trade, as in book_summary'],
  ['stats.price_change', { type: 'number', nullable: true }, 'null without a trade, in words'],
  ['book_summary.high', { type: 'number', nullable: true }, 'null without a trade'],
  ['book_summary.low', { type: 'number', nullable: true }, 'null without a trade, in words'],
  ['book_summary.last', { type: 'number', nullable: true }, 'null without a trade, in words'],
  ['book_summary.price_change', { type: 'number', nullable: true }, 'the same'],
  ['book_summary.bid_price', { type: 'number', nullable: true }, 'null without bids, in words'],
  ['book_summary.ask_price', { type: 'number', nullable: true }, 'null without asks, in words'],
  ['book_summary.mid_price', { type: 'number', nullable: true }, 'null without both, in words'],
  ['instrument.tick_size_steps', { type: 'array' }, 'a list in every example'],
  ['instrument.contract_size', { type: 'number' }, 'a fraction of a coin for linear futures'],
  ['instrument.settlement_currency', { type: 'string' }, 'USDC since there are linear ones'],
  ['instrument.base_currency', { type: 'string' }, 'the same'],
  ['instrument.quote_currency', { type: 'string' }, 'inverse options are quoted in coin'],
  ['transaction_log.instrument_name', { type: 'string', nullable: true }, 'null in its example'],
  ['transaction_log.position', { type: 'number', nullable: true }, 'null in its example'],
  ['transaction_log.price', { type: 'number', nullable: true }, 'null in its example'],
  ['transaction_log.amount', { type: 'number', nullable: true }, 'as position and price'],
  ['transaction_log.trade_id', { type: 'string', nullable: true }, 'null in its example'],
  ['transaction_log.order_id', { type: 'string', nullable: true }, 'null in its example'],
  ['transaction_log.interest_pl', { type: 'number', nullable: true }, 'null in its example'],
  ['transaction_log.info', {}, 'a text for trades in its example'],
  ['continuation_with_null', { type: 'integer', nullable: true }, 'by its name and its words'],
  ['instrument.settlement_period', { type: 'string' }, 'there are daily options'],
];

export function readOpenApi(): OpenApi | null {
  const folder = process.env['HOLDFAST_DATA'];
  if (folder === undefined || !existsSync(join(folder, FILE))) return null;
  const text = gunzipSync(readFileSync(join(folder, FILE))).toString('utf8');
  return JSON.parse(text) as OpenApi;
}

/** What is wrong with a JSON value; empty when nothing is. */
export type Judge = (value: unknown) => readonly string[];

export interface Judges {
  /** `result` of a method's successful answer. */
  result(method: string): Judge;
  /** A named schema: `order`, `user_trade`, `public_trade`. */
  schema(name: string): Judge;
}

export function judgesOf(document: OpenApi): Judges {
  for (const [at, meant] of CORRECTIONS) correct(document, at.split('.'), meant);
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  ajv.addSchema({ $id: 'deribit', ...document });
  const judge = (pointer: string): Judge => {
    const check = ajv.compile({ $ref: `deribit#${pointer}` });
    return (value) => {
      if (check(value)) return [];
      return (check.errors ?? []).map((each) => `${each.instancePath} ${each.message ?? ''}`);
    };
  };
  return {
    schema: (name) => judge(`/components/schemas/${name}`),
    result(method) {
      const answer = judge(responsePointer(document, method));
      return (result) => answer({ jsonrpc: '2.0', id: 1, result });
    },
  };
}

function responsePointer({ paths }: OpenApi, method: string): string {
  const path = `/${method}`;
  const operation = paths[path]?.['get'];
  if (operation === undefined) throw new Error(`Deribit documents no ${method}`);
  const ok = operation.responses['200'] as Schema;
  const reference = ok['$ref'];
  const at =
    typeof reference === 'string'
      ? reference.slice(1)
      : `/paths/${path.replaceAll('/', '~1')}/get/responses/200`;
  return `${at}/content/application~1json/schema`;
}

function correct(document: OpenApi, [name = '', field]: readonly string[], meant: Schema): void {
  const { schemas } = document.components;
  const schema = schemas[name];
  const properties = schema?.['properties'] as Schema | undefined;
  const known = field === undefined ? schema : properties?.[field];
  if (known === undefined) throw new Error(`Deribit's document has no ${name}.${field}`);
  if (field === undefined) schemas[name] = meant;
  else if (properties !== undefined) properties[field] = meant;
}
