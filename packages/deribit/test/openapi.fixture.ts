/** Deribit's own OpenAPI document, as a judge of what travels. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';

const FILE = 'deribit-openapi.json.gz';

/** A JSON Schema of the document; read, never written to after `openApi`. */
export type Schema = Readonly<Record<string, unknown>>;

/** What is wrong with a value; empty when nothing is. */
export type Validator = (value: unknown) => readonly string[];

export interface OpenApi {
  /** Params of a request. */
  request(method: string): Validator;
  /** The `result` of an answer. */
  response(method: string): Validator;
  /** `data` of a notification, by kind of channel; null where the document has no such object. */
  channel(kind: string): Validator | null;
  /** As the document has it, without our corrections. */
  readonly uncorrected: Pick<OpenApi, 'request' | 'response'>;
  /** One method as it is written down. */
  describe(method: string): Described;
  /** Follows `$ref`. */
  resolve(schema: Schema): Schema;
  resultSchema(method: string): Schema | null;
  channelSchema(kind: string): Schema | null;
}

export interface Described {
  readonly tags: readonly string[];
  readonly description: string;
  readonly params: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  /** Params of the documented request; null when there is none. */
  readonly requestExample: unknown;
  /** Results of the documented answers. */
  readonly resultExamples: readonly unknown[];
}

/** Null, with a visible line, when `HOLDFAST_DATA` does not hold the document. */
export function openApi(): OpenApi | null {
  const file = join(process.env['HOLDFAST_DATA'] ?? '', FILE);
  if (!existsSync(file)) return null;
  const read = (): Document => JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  const uncorrected = judges(read());
  const document = read();
  for (const [path, meant] of CORRECTIONS) correct(document, path, meant);
  return { ...judges(document), uncorrected };
}

interface Document {
  readonly paths: Readonly<Record<string, { readonly get: Schema }>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const NUMBER_OR_NULL = { type: 'number', nullable: true };
const TEXT_OR_NULL = { type: 'string', nullable: true };
const USER_TRADES = { type: 'array', items: { $ref: '#/components/schemas/user_trade' } };
const TICK_STEPS = { type: 'array', items: { $ref: '#/components/schemas/tick_size_step' } };

/**
 * Where the document's schema contradicts its own words or examples, or leaves a blank, and what is
 * meant. `schema.field` below `components.schemas`; `-field` is not required after all.
 */
export const CORRECTIONS: readonly (readonly [
  at: string,
  meant: Schema | null,
  because: string,
])[] = [
  ['instrument.tick_size_steps', TICK_STEPS, 'a list in every example'],
  ['instrument.contract_size', { type: 'number' }, 'a fraction of a coin for linear futures'],
  ['instrument.settlement_currency', { type: 'string' }, 'its example of a coin-quoted option'],
  ['instrument.base_currency', { type: 'string' }, 'the same'],
  ['instrument.quote_currency', { type: 'string' }, 'the same'],
  ['instrument.settlement_period', { type: 'string' }, 'daily options are listed'],
  ['underlying_index', { type: 'string' }, 'a name, by its own description'],
  ['user_trade.matching_id', TEXT_OR_NULL, 'always null, by its own description'],
  ['user_trade.reduce_only', { type: 'boolean' }, 'a boolean in every example'],
  ['user_trade.post_only', { type: 'boolean' }, 'a boolean in every example'],
  ['stats.low', NUMBER_OR_NULL, 'null without a trade, as in book_summary'],
  ['stats.high', NUMBER_OR_NULL, 'null without a trade, as in book_summary'],
  ['stats.price_change', NUMBER_OR_NULL, 'null without a trade, in words'],
  ['book_summary.high', NUMBER_OR_NULL, 'null without a trade'],
  ['book_summary.low', NUMBER_OR_NULL, 'null without a trade, in words'],
  ['book_summary.last', NUMBER_OR_NULL, 'null without a trade, in words'],
  ['book_summary.price_change', NUMBER_OR_NULL, 'null without a trade, in words'],
  ['book_summary.bid_price', NUMBER_OR_NULL, 'null without bids, in words'],
  ['book_summary.ask_price', NUMBER_OR_NULL, 'null without asks, in words'],
  ['book_summary.mid_price', NUMBER_OR_NULL, 'null without both, in words'],
  ['settlement.-funding', null, 'for perpetuals only, in words; missing in its example'],
  ['position_with_elp.-estimated_liquidation_price', null, 'for futures only, in words'],
  ['currency_with_apr.-in_cross_collateral_pool', null, 'missing in its example'],
  ['api_key.max_scope', { oneOf: [{ type: 'string' }, { type: 'array' }] }, 'text in its example'],
  ['PublicStatusResponse.result.locked', {}, 'a word in the schema, a boolean in the example'],
  ['PublicStatusResponse.result.locked_indices', { type: 'array' }, 'its items are not said'],
  [
    'PublicGetVolatilityIndexDataResponse.result.continuation',
    { type: 'integer', nullable: true },
    'null at the end, in words',
  ],
  ['PrivateGetUserTradesByOrderResponse.result', USER_TRADES, 'a list in its example'],
  ['PrivateAccountResponse.result.referrer_id', TEXT_OR_NULL, 'null in its example'],
  [
    'PrivateAccountResponse.result.self_trading_extended_to_subaccounts',
    {},
    'text in the schema, a boolean in the example',
  ],
  ['PrivateAccountSummariesResponse.result.referrer_id', TEXT_OR_NULL, 'null in its example'],
  [
    'PrivateAccountSummariesResponse.result.self_trading_extended_to_subaccounts',
    {},
    'text in the schema, a boolean in the example',
  ],
  [
    'PrivateAccountSummariesResponse.result.block_rfq_self_match_prevention',
    {},
    'text in the schema, a boolean in the example',
  ],
  [
    'PrivateAccountSummariesResponse.result.summaries.items.-options_theta_map',
    null,
    'missing in its example',
  ],
  ['transaction_log.instrument_name', TEXT_OR_NULL, 'null in its example'],
  ['transaction_log.position', NUMBER_OR_NULL, 'null in its example'],
  ['transaction_log.price', NUMBER_OR_NULL, 'null in its example'],
  ['transaction_log.trade_id', TEXT_OR_NULL, 'null in its example'],
  ['transaction_log.order_id', TEXT_OR_NULL, 'null in its example'],
  ['transaction_log.info', {}, 'null in its example'],
  ['transaction_log.interest_pl', NUMBER_OR_NULL, 'null in its example'],
  ['transaction_log.commission', NUMBER_OR_NULL, 'null in its example'],
  ['transaction_log.side', TEXT_OR_NULL, 'null in its example'],
  ['transaction_log.amount', NUMBER_OR_NULL, 'null in its example'],
];

/**
 * The document leaves the channels to a page of its own; the objects they carry it does describe.
 */
const CHANNEL_OBJECTS: Readonly<Record<string, Schema>> = {
  ticker: { $ref: '#/components/schemas/TickerNotification' },
  trades: { type: 'array', items: { $ref: '#/components/schemas/public_trade' } },
  trades_by_kind: { type: 'array', items: { $ref: '#/components/schemas/public_trade' } },
  user_changes: { $ref: '#/components/schemas/user_change' },
  user_orders: { $ref: '#/components/schemas/order' },
  user_trades: { type: 'array', items: { $ref: '#/components/schemas/user_trade' } },
};

type Judges = Omit<OpenApi, 'uncorrected'>;

function judges(document: Document): Judges {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false });
  ajv.addSchema({ $id: 'deribit', components: document.components });
  const validator = (schema: Schema): Validator => {
    const here = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"deribit#/')) as Schema;
    const check = ajv.compile(here);
    return (value) =>
      check(value)
        ? []
        : (check.errors ?? []).map((each) => `${each.instancePath} ${each.message ?? ''}`);
  };
  const resolve = (schema: Schema): Schema => {
    const reference = schema['$ref'];
    return typeof reference === 'string' ? resolve(referred(document, reference)) : schema;
  };
  const answerOf = (method: string): Schema => {
    const answers = operation(document, method)['responses'] as Record<string, Schema>;
    const ok = resolve(answers['200'] ?? {});
    return dig(ok, 'content', 'application/json');
  };
  const resultSchema = (method: string): Schema | null => {
    const schema = resolve(dig(answerOf(method), 'schema'));
    const result = (schema['properties'] as Record<string, Schema> | undefined)?.['result'];
    return result ?? null;
  };
  const channelSchema = (kind: string): Schema | null => CHANNEL_OBJECTS[kind] ?? null;
  const describe = (method: string): Described => described(document, method, resolve, answerOf);
  return {
    resolve,
    resultSchema,
    channelSchema,
    describe,
    request: (method) => {
      const { params } = describe(method);
      const properties = Object.fromEntries(params.map(({ name, schema }) => [name, schema]));
      const required = params.filter((each) => each.required).map(({ name }) => name);
      return validator({ type: 'object', properties, required });
    },
    response: (method) => validator(resultSchema(method) ?? {}),
    channel: (kind) => {
      const schema = channelSchema(kind);
      return schema === null ? null : validator(schema);
    },
  };
}

function described(
  document: Document,
  method: string,
  resolve: (schema: Schema) => Schema,
  answerOf: (method: string) => Schema,
): Described {
  const get = operation(document, method);
  const params = ((get['parameters'] ?? []) as readonly Schema[]).map(resolve);
  const request = dig(get, 'requestBody', 'content', 'application/json', 'examples', 'request');
  const answers = Object.values(dig(answerOf(method), 'examples')) as readonly Schema[];
  return {
    tags: get['tags'] as readonly string[],
    description: typeof get['description'] === 'string' ? get['description'] : '',
    params: params.map((each) => {
      const name = String(each['name']);
      // Which fields `public/auth` needs depends on the grant, in their own words.
      const required =
        each['required'] === true && (method !== 'public/auth' || name === 'grant_type');
      return { name, required, schema: asWords(each['schema'] as Schema) };
    }),
    requestExample: dig(request, 'value')['params'] ?? null,
    resultExamples: answers.map((each) => dig(each, 'value')['result']),
  };
}

/** Text whose allowed values are written as numbers: no value could be both. */
function asWords(schema: Schema): Schema {
  const values = schema['enum'] as readonly unknown[] | undefined;
  if (schema['type'] !== 'string' || values === undefined) return schema;
  return { ...schema, enum: values.map(String) };
}

function operation({ paths }: Document, method: string): Schema {
  const path = paths[`/${method}`];
  if (path === undefined) throw new Error(`Deribit documents no ${method}`);
  return path.get;
}

/** The object at a path of keys; an empty one where there is none. */
function dig(schema: Schema, ...keys: readonly string[]): Schema {
  let here: Schema = schema;
  for (const key of keys) here = (here[key] ?? {}) as Schema;
  return here;
}

function referred(document: Document, reference: string): Schema {
  const keys = reference.slice(2).split('/');
  return dig(document as unknown as Schema, ...keys);
}

/** A path that leads nowhere is a correction nobody needs any more, and throws. */
function correct(document: Document, path: string, meant: Schema | null): void {
  const [name = '', ...fields] = path.split('.');
  const last = fields.pop();
  const { schemas } = document.components;
  const root = schemas[name];
  if (root === undefined) throw new Error(`Deribit's document has no ${path}`);
  if (last === undefined) {
    schemas[name] = meant ?? {};
    return;
  }
  let owner = root;
  for (const field of fields)
    owner = field === 'items' ? dig(owner, 'items') : property(owner, field);
  if (last.startsWith('-')) unrequire(owner, last.slice(1), path);
  else {
    const properties = owner['properties'] as Record<string, Schema> | undefined;
    const isBlank = name.endsWith('Response') && last === 'result';
    if (properties === undefined || (properties[last] === undefined && !isBlank)) {
      throw new Error(`Deribit's document has no ${path}`);
    }
    properties[last] = meant ?? {};
  }
}

function property(schema: Schema, field: string): Schema {
  return dig(schema, 'properties', field);
}

/** In the schema itself, or in a part of it. */
function unrequire(schema: Schema, field: string, path: string): void {
  const parts = [schema, ...((schema['allOf'] ?? []) as readonly Schema[])];
  const lists = parts.map((part) => (part['required'] ?? []) as string[]);
  const list = lists.find((each) => each.includes(field));
  if (list === undefined) throw new Error(`Deribit's document does not require ${path}`);
  list.splice(list.indexOf(field), 1);
}
