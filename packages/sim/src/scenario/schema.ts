import { closed } from '@holdfast/core/parse';
import { type Static, type TInteger, type TNumber, type TOptional, Type } from 'typebox';
import { EASY_ACCOUNT } from '../faults/account.ts';
import { CASH_LIES } from '../faults/cash-account.ts';
import { TRUE_TIME } from '../faults/clock.ts';
import { GOOD_DISK } from '../faults/disk.ts';
import { GOOD_DOCUMENTS } from '../faults/documents.ts';
import { ROOMY_DISK } from '../faults/gauge.ts';
import { NO_OPERATOR } from '../faults/operator.ts';
import { OPEN_PLATFORM } from '../faults/platform.ts';
import { CALM_VENUE } from '../faults/venue.ts';
import { ALERT_WATCHDOG } from '../faults/watchdog.ts';
import { ORDERLY_MARKET } from '../fuzz/market-conditions.ts';
import { NO_MEDDLER } from '../fuzz/meddler.ts';
import { LAUNCH_MONITORS } from '../fuzz/monitors.ts';
import { LAUNCH_RULES } from '../fuzz/rules.ts';
import { NO_WORKLOAD } from '../fuzz/workload.ts';
import { PERFECT_NETWORK } from '../wire/network-model.ts';
import { CRASH_KINDS, MOMENTS, ORDER_STATES, RECORDS } from './schema-words.ts';

const MS_MAX = 3_600_000;
/** Of a pair, as the ledger has it; `None`: it has none. */
const GroupStates = Type.Enum([
  'None',
  'New',
  'Dispatched',
  'Complete',
  'MixedFailed',
  'Flattening',
  'Flattened',
]);

/** A model's key as a scenario spells it: `requestLoss` is `request_loss`. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Every key may be given; what is not given is as in the model. */
function modelSchema(model: object, description: string) {
  const keys = Object.keys(model).map((key) => [snakeCase(key), modelKey(key)] as const);
  return closed(Object.fromEntries(keys), { description });
}

function modelKey(key: string): TOptional<TInteger | TNumber> {
  return key.includes('Ms') || key.includes('Ppm')
    ? Type.Optional(Type.Integer({ minimum: 0, maximum: MS_MAX }))
    : Type.Optional(Type.Number({ minimum: 0, maximum: 1 }));
}

const Text = Type.String({ minLength: 1, maxLength: 200 });
const Name = Type.String({ pattern: '^[A-Z0-9_]+(-[A-Z0-9]+)*$', maxLength: 64 });
const Duration = Type.String({
  pattern: '^[0-9]{1,7}(ms|s)$',
  description: 'a whole number and `ms` or `s`',
});
const Side = Type.Enum(['buy', 'sell']);
const TimeInForce = Type.Enum(['immediate_or_cancel', 'good_til_cancelled']);
const Coin = Type.Enum(['BTC', 'ETH']);
const Method = Type.String({ pattern: '^(public|private)/[a-z_]+$', maxLength: 64 });
const Amount = Type.Number({ exclusiveMinimum: 0 });
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const Codes = Type.Array(Type.String({ pattern: '^[A-Za-z0-9_]+$' }), {
  minItems: 1,
  maxItems: 20,
});
const Network = modelSchema(PERFECT_NETWORK, 'the network from now on; {} is a perfect one');
const Disk = modelSchema(GOOD_DISK, 'the disk from now on; {} is a good one');
const Venue = modelSchema(CALM_VENUE, 'what the venue itself does');
const Clock = modelSchema(TRUE_TIME, 'what time does to each process');
const Workload = modelSchema(NO_WORKLOAD, 'proposes at random, without sense and without pause');
const Crash = modelSchema(
  Object.fromEntries(CRASH_KINDS.map((kind) => [kind, 0])),
  'the chance to die at each event, and at each effect of a kind',
);

const Given = closed({
  rules: Type.Optional(modelSchema(LAUNCH_RULES, 'how the policy differs from the launch policy')),
  monitors: Type.Optional(modelSchema(LAUNCH_MONITORS, 'how strict the monitors are')),
  execution_style: Type.Optional(Type.Enum(['Sniper', 'Any'])),
  market: Type.Optional(Type.Enum(['still', 'moving'])),
  network: Type.Optional(Network),
  disk: Type.Optional(Disk),
  gauge: Type.Optional(modelSchema(ROOMY_DISK, 'what measurements of the disk say')),
  documents: Type.Optional(modelSchema(GOOD_DOCUMENTS, 'the certificate and the policy document')),
  watchdog: Type.Optional(modelSchema(ALERT_WATCHDOG, 'the process beside the trader')),
  operator: Type.Optional(modelSchema(NO_OPERATOR, 'what people command')),
  meddler: Type.Optional(modelSchema(NO_MEDDLER, 'what reaches the core past every strategy')),
  venue: Type.Optional(Venue),
  platform: Type.Optional(modelSchema(OPEN_PLATFORM, 'keys, tokens, locks and maintenance')),
  account: Type.Optional(modelSchema(EASY_ACCOUNT, 'what the venue says of our account')),
  conditions: Type.Optional(modelSchema(ORDERLY_MARKET, 'what befalls the market')),
  clock: Type.Optional(Clock),
  crash: Type.Optional(Crash),
  strategy: Type.Optional(closed({ random_workload: Workload })),
  cancels: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  restart_ms_max: Type.Optional(Type.Integer({ minimum: 1, maximum: MS_MAX })),
  settle_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: MS_MAX })),
  queue_capacity: Type.Optional(Type.Integer({ minimum: 8, maximum: 65_536 })),
  commit_deadline_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: MS_MAX })),
  consult_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: MS_MAX })),
});

const SecondLeg = closed(
  {
    instrument: Name,
    side: Side,
    quantity: Type.Number(),
    limit_price: Type.Optional(Amount),
    fair_price: Type.Optional(Amount),
    gross_edge_usd: Type.Optional(Type.Number()),
  },
  { description: 'the second leg of one atomic group' },
);

const Propose = closed({
  instrument: Name,
  side: Side,
  quantity: Type.Number(),
  limit_price: Type.Optional(Amount),
  fair_price: Type.Optional(Amount),
  gross_edge_usd: Type.Optional(Type.Number()),
  action: Type.Optional(Type.Enum(['Place', 'Close', 'Hedge'])),
  reduce_only: Type.Optional(Type.Boolean()),
  time_in_force: Type.Optional(TimeInForce),
  group: Type.Optional(Text),
  replaces: Type.Optional(Text),
  with: Type.Optional(SecondLeg),
});

const Cancel = closed({ instrument: Type.Optional(Name), group: Type.Optional(Text) });

const AtVenue = closed({
  fail_next: Type.Optional(
    closed(
      { code: Type.Integer(), placed: Type.Boolean() },
      { description: 'the next placement is answered with this error' },
    ),
  ),
  failing: Type.Optional(
    closed(
      { method: Method, code: Type.Integer() },
      { description: 'every such request is answered with this error, until `mended`' },
    ),
  ),
  mended: Type.Optional(Method),
  cancel_orders: Type.Optional(
    Type.Literal(true, { description: 'all our orders, without being asked by the engine' }),
  ),
  delist: Type.Optional(Name),
  lock: Type.Optional(Coin),
  unlock: Type.Optional(Coin),
  announce: Type.Optional(
    closed(
      { id: Count, starts_in: Duration, lasts: Duration },
      { description: 'maintenance, as the venue words it; known when it is next asked for' },
    ),
  ),
  references: Type.Optional(
    closed(
      {
        spread_bps: Type.Optional(Type.Number({ minimum: 0, maximum: 5_000 })),
        depth_usd: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000_000 })),
        basis_bps: Type.Optional(Type.Number({ minimum: -5_000, maximum: 5_000 })),
        dvol: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1_000 })),
      },
      {
        description:
          'the perpetuals the market monitors look at, and the volatility index, from now on; ' +
          '{} is as usual: close, two million USD deep, at the index, 50',
      },
    ),
  ),
  quotes: Type.Optional(
    closed(
      {
        instrument: Name,
        sides: Type.Enum(['both', 'bids', 'asks', 'none']),
        steps: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
      },
      { description: 'its book from its next publication on: which sides, how much a level' },
    ),
  ),
  usual_quotes: Type.Optional(Name),
  margin: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 10,
      description: 'the share of its margin the account is said to use; 0: the truth',
    }),
  ),
  equity: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 10,
      description: 'the share of its equity the account is said to be worth; 1: the truth',
    }),
  ),
  end_tokens: Type.Optional(
    Type.Literal(true, { description: 'access and refresh tokens; the connections stand' }),
  ),
  key: Type.Optional(Type.Enum(['revoked', 'good'])),
  place_order: Type.Optional(
    closed(
      { label: Text, instrument: Name, side: Side, quantity: Amount, price: Amount },
      { description: 'an order in our account that we did not send; it rests' },
    ),
  ),
  market_trade: Type.Optional(
    closed(
      { instrument: Name, side: Side, quantity: Amount, price: Amount },
      { description: 'somebody else trades' },
    ),
  ),
  repeat_trades: Type.Optional(Type.Literal(true)),
  misreport_position: Type.Optional(closed({ instrument: Name, amount: Type.Number() })),
  report_truth: Type.Optional(Name),
  tell_cash: Type.Optional(
    Type.Enum([...CASH_LIES, 'truth'], {
      description: 'the BTC account: the next trade otherwise than it was told, or nothing new',
    }),
  ),
});

const Line = closed({
  cut: Type.Optional(Duration),
  hold: Type.Optional(
    closed(
      { direction: Type.Enum(['up', 'down']), for: Duration },
      { description: 'half open: nothing said this way arrives, until everything does' },
    ),
  ),
  lose_next: Type.Optional(
    closed(
      {
        request: Type.Optional(Method),
        answer: Type.Optional(Method),
        notification: Type.Optional(
          Type.String({ minLength: 1, maxLength: 64, description: 'how its channel begins' }),
        ),
      },
      { description: 'one frame; an answer is that of the next such request' },
    ),
  ),
});

const Trader = closed({
  pause: Type.Optional(Duration),
  suspend: Type.Optional(Duration),
  kill: Type.Optional(closed({ restart: Duration })),
  kill_at: Type.Optional(
    closed(
      {
        moment: Type.Enum([...MOMENTS]),
        record: Type.Optional(Type.Enum([...RECORDS])),
        question: Type.Optional(Type.Enum(['reconciliation', 'account', 'instruments', 'book'])),
        restart: Duration,
      },
      { description: 'it dies as it meets the next such moment, before anything comes of it' },
    ),
  ),
});

const Lock = closed(
  {
    state: Type.Enum(['running', 'latched', 'unreadable', 'free']),
    operation: Type.Optional(Text),
  },
  { description: 'the file of the operations lock, as it lies there from now on' },
);

const Step = closed({
  at: Duration,
  propose: Type.Optional(Propose),
  cancel: Type.Optional(Cancel),
  venue: Type.Optional(AtVenue),
  trader: Type.Optional(Trader),
  network: Type.Optional(Network),
  line: Type.Optional(Line),
  disk: Type.Optional(Disk),
  remember: Type.Optional(Text),
  operations_lock: Type.Optional(Lock),
  operator: Type.Optional(Type.Enum(['reduce_only', 'kill', 'release', 'close_out'])),
  acknowledge: Type.Optional(
    Type.Enum(['BTC', 'ETH'], { description: 'the row on which the accounts of this coin part' }),
  ),
});

const RecordCounts = closed(
  Object.fromEntries(RECORDS.map((type) => [type, Type.Optional(Count)])),
  { description: 'how many records of a type the ledger holds' },
);

const Expectation = closed({
  at: Type.Optional(Duration),
  after: Type.Optional(Duration),
  within: Type.Optional(Duration),
  finally: Type.Optional(Type.Literal(true)),
  mode: Type.Optional(Type.Enum(['Active', 'ReduceOnly', 'Kill', 'Down'])),
  reasons: Type.Optional(Codes),
  latch: Type.Optional(Codes),
  latched: Type.Optional(Type.Boolean()),
  positions: Type.Optional(
    Type.Array(closed({ instrument: Name, amount: Type.Number() }), { maxItems: 20 }),
  ),
  orders: Type.Optional(
    Type.Array(closed({ group: Text, state: Type.Enum([...ORDER_STATES]) }), { maxItems: 20 }),
  ),
  groups: Type.Optional(Type.Array(closed({ group: Text, state: GroupStates }), { maxItems: 20 })),
  naked: Type.Optional(
    closed(
      {
        neutral_ms_at_most: Type.Optional(Count),
        close_attempts: Type.Optional(Count),
        hedge_used: Type.Optional(Type.Boolean()),
        exposure_after_usd: Type.Optional(Type.Number()),
        cause: Type.Optional(Text),
      },
      { description: 'the latest incident of naked exposure in the ledger; there is one' },
    ),
  ),
  not_contained: Type.Optional(Codes),
  working: Type.Optional(Count),
  orders_at_venue: Type.Optional(Count),
  trades_at_venue: Type.Optional(Count),
  placements: Type.Optional(Count),
  opening: Type.Optional(
    Type.Integer({ minimum: 0, description: 'placements the venue does not hold to reducing' }),
  ),
  duplicates: Type.Optional(Count),
  refused: Type.Optional(Codes),
  abandoned: Type.Optional(Codes),
  anomalies: Type.Optional(Codes),
  faults: Type.Optional(Codes),
  records: Type.Optional(RecordCounts),
  sessions: Type.Optional(Count),
  requests: Type.Optional(
    Type.Array(
      closed({ method: Method, at_least: Type.Optional(Count), at_most: Type.Optional(Count) }),
      {
        maxItems: 20,
        description: 'as the exchange has counted them since the world began',
      },
    ),
  ),
  books_equal: Type.Optional(
    Type.Literal(true, {
      description: 'every book of the engine is usable and as the exchange has it',
    }),
  ),
  as_remembered: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'orders, trades, positions and cash, in the ledger and in the process',
    }),
  ),
});

/** What a scenario file may say; published as `docs/generated/scenario.schema.json`. */
export const ScenarioSchema = closed({
  scenario: Type.String({ minLength: 10, maxLength: 200, description: 'the story in a sentence' }),
  rules: Type.Array(Type.String({ pattern: '^(AT-[0-9]+|P[0-9]+-[A-Z][0-9]?)$' }), {
    description: 'rules of the contract this scenario proves',
  }),
  seed: Type.Integer({ minimum: 0 }),
  given: Type.Optional(Given),
  for: Type.Optional(Duration),
  when: Type.Optional(Type.Array(Step, { maxItems: 200 })),
  // oxlint-disable-next-line unicorn/no-thenable -- a list can not be mistaken for a promise
  then: Type.Optional(Type.Array(Expectation, { maxItems: 200 })),
  heal: Type.Optional(Type.Enum(['by_restart', 'in_process', 'not'])),
});

export type ScenarioDocument = Static<typeof ScenarioSchema>;
export type ScenarioGiven = Static<typeof Given>;
export type ScenarioStep = Static<typeof Step>;
export type ScenarioExpectation = Static<typeof Expectation>;

/** Milliseconds of `1200ms` or `2s`. */
export function durationMs(text: string): number {
  const number = Number.parseInt(text, 10);
  return text.endsWith('ms') ? number : number * 1_000;
}
