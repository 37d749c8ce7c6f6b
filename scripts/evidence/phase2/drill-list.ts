/**
 * The eight drills of phases section 5.2: what each must show, written down before anything is run.
 * Nothing here is read off an observation.
 */
import {
  activeAgainAt,
  type DrillRun,
  linesAfter,
  opensRefused,
  opensWhileHeld,
} from './drill-run.ts';

/** A value it must have, or codes that must be among those it names. */
export type Expected =
  | string
  | number
  | boolean
  | { readonly includes: readonly string[] }
  | readonly string[];

/** A sentence, and whether the run bears it out. */
export type Claim = readonly [sentence: string, holds: (run: DrillRun) => boolean];

export interface Drill {
  readonly number: number;
  readonly name: string;
  readonly trigger: string;
  readonly expected: Readonly<Record<string, Expected>>;
  readonly claims: readonly Claim[];
  /** What a reader has to know that the record does not say. */
  readonly notes: string;
}

const isZero = (value: unknown): boolean => value === 0;

/** Of every drill, whatever it breaks. */
const ALWAYS: readonly Claim[] = [
  ['no order that opens left while it was held back', (run) => opensWhileHeld(run) === 0],
  [
    'the exchange counted no order twice and none that was illegal',
    ({ exchange }) =>
      isZero(exchange?.['duplicate_dispatch_count']) &&
      isZero(exchange?.['illegal_order_attempts']),
  ],
  [
    'the ledger verifies, and no fill or marker is in it twice',
    ({ ledger }) =>
      ledger['ledger_verified'] === true &&
      isZero(ledger['fills_counted_twice']) &&
      isZero(ledger['markers_recorded_twice']),
  ],
  [
    'every status that was read keeps every rule',
    ({ broken, documents }) => broken.length === 0 && documents > 0,
  ],
];

const REFUSED: Claim = ['proposals to open were made and refused', (run) => opensRefused(run) > 0];

/** The latch fell, and a clean reconciliation stands between. */
const BY_RECONCILIATION: Claim = [
  'the latch was cleared by a clean reconciliation and by nothing else',
  (run) => {
    const set = linesAfter(run, 'latchSet')[0];
    const cleared = linesAfter(run, 'latchCleared').at(-1);
    if (set === undefined || cleared === undefined || cleared.at <= set.at) return false;
    return linesAfter(run, 'reconciled').some(
      ({ at, clean }) => clean === true && at >= set.at && at <= cleared.at,
    );
  },
];

/** The turn that met the fault is the turn that latched. */
const atOnce = (fault: string): Claim => [
  `it latched in the very turn that met ${fault}`,
  (run) => {
    const met = linesAfter(run, 'fault').find((line) => line.fault?.startsWith(fault));
    return met !== undefined && linesAfter(run, 'latchSet').some(({ at }) => at === met.at);
  },
];

const LATCH = 'REDUCEONLY_OPEN_PERMISSION_LATCHED';
const DEGRADED = 'REDUCEONLY_RISKSTATE_DEGRADED';
const EMERGENCY = 'REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE';
const UNCONFIRMED = 'REDUCEONLY_SESSION_KILL_UNCONFIRMED';

const latchedBy = (code: string, ...reasons: readonly string[]) => ({
  trading_mode: 'ReduceOnly',
  risk_state: 'Degraded',
  connectivity_degraded: true,
  mode_reasons: { includes: [LATCH, DEGRADED, ...reasons] },
  open_permission_blocked_latch: true,
  open_permission_reason_codes: { includes: [code] },
  open_permission_requires_reconcile: true,
});

/** What is held, leg by leg, never grows once a leg has been refused. */
function fallsOnly({ lines, triggered_at: since }: DrillRun): boolean {
  const sizes = lines
    .filter(({ kind, at }) => kind === 'held' && at >= since)
    .map(({ held = [] }) => held.reduce((sum, [, amount]) => sum + Math.abs(amount), 0));
  return sizes.at(-1) === 0 && sizes.every((size, n) => n === 0 || size <= (sizes[n - 1] ?? 0));
}

const DRILLS_OVER_THE_WIRE: readonly Drill[] = [
  {
    number: 1,
    name: 'partial_fill',
    trigger:
      'A pair is proposed: one call sold, another bought. The sale fills. The line answers every ' +
      'purchase with 10009 (not_enough_funds), rescues and closes too, until the status has been ' +
      'read; then it lets them through. The emergency endpoint is called when Degraded is seen.',
    expected: {
      trading_mode: 'ReduceOnly',
      risk_state: 'Degraded',
      mode_reasons: [EMERGENCY, DEGRADED],
      open_permission_blocked_latch: false,
      open_permission_reason_codes: [],
    },
    claims: [
      REFUSED,
      [
        'what was sent after the refusal reduces, but for two rescues at most',
        (run) => {
          const opening = linesAfter(run, 'submit').filter(({ reduceOnly }) => reduceOnly !== true);
          const rescues = opening.filter(({ purpose }) => purpose === 'rescue').length;
          return rescues <= 2 && opening.length - rescues <= 2;
        },
      ],
      ['the exposure only falls, and ends at nothing', fallsOnly],
      ['the incident is told once', (run) => linesAfter(run, 'atomicNakedEvent').length === 1],
    ],
    notes:
      'A broken pair makes the engine Degraded by itself. EMERGENCY is what a caller of the ' +
      'endpoint adds: the engine does not call its own emergency stop. The pair is closed ' +
      'without either of them being lifted.',
  },
  {
    number: 2,
    name: 'stale_market_data',
    trigger:
      'Something is held. Every book, ticker and trade is lost on the line; pings and answers ' +
      'pass.',
    expected: latchedBy('WS_DATA_STALE_RECONCILE_REQUIRED'),
    claims: [REFUSED, BY_RECONCILIATION],
    notes:
      'Silence is judged by ws_zombie_silence_ms; books too old to trade on refuse opens long ' +
      'before. The time to safe is the time until the mode fell, by whichever rule was first.',
  },
  {
    number: 3,
    name: 'wal_backpressure',
    trigger:
      'The queue of the ledger takes 16 records. For a second 64 calls of an operator come at ' +
      'once, again and again: each is a record, and the disk cannot answer so fast. Something is ' +
      'held meanwhile, and is closed.',
    expected: {
      trading_mode: 'ReduceOnly',
      risk_state: 'Degraded',
      mode_reasons: { includes: [EMERGENCY, DEGRADED] },
      wal_queue_capacity: 16,
    },
    claims: [
      [
        'the failures to enqueue have risen',
        ({ seen }) => Number(seen.at(-1)?.document['wal_queue_enqueue_failures']) > 0,
      ],
      ['the loop went on ticking', ({ facts }) => Number(facts['ticked_ms']) > 0],
      [
        'a reduction left',
        (run) => linesAfter(run, 'submit').some(({ reduceOnly }) => reduceOnly === true),
      ],
      [
        'nothing is in doubt: every order the exchange has is one whose marker was durable',
        ({ ledger, exchange }) => isZero(ledger['sent_before_reconciled']) && exchange !== null,
      ],
    ],
    notes:
      'The disk is a real one and not slowed: the queue is filled by the rate alone. EMERGENCY ' +
      'stands because the records are those of emergency calls. A disk that ' +
      'stalls, and reductions on a waiver meanwhile, are scenarios stress/queue-full, ' +
      'stress/commit-stall and drills/pair-ledger-broken.',
  },
  {
    number: 4,
    name: 'crash_mid_flight',
    trigger: 'SIGKILL as soon as an order is on its way; a new process on the same folder.',
    expected: latchedBy('RESTART_RECONCILE_REQUIRED'),
    claims: [
      REFUSED,
      [
        'nothing was sent before the reconciliation',
        ({ ledger }) => isZero(ledger['sent_before_reconciled']),
      ],
      ['two processes lived', ({ lives }) => lives === 2],
      ['it came back by itself', (run) => activeAgainAt(run, run.triggered_at) !== null],
    ],
    notes:
      'A fresh process is born latched (D-13): the time to safe is the time until it answered. A ' +
      'kill of the process is no loss of power.',
  },
  {
    number: 5,
    name: 'book_gap',
    trigger: 'One change of one book is lost on the line; the next one names another predecessor.',
    expected: latchedBy('WS_BOOK_GAP_RECONCILE_REQUIRED'),
    claims: [REFUSED, BY_RECONCILIATION, atOnce('book_gap')],
    notes:
      'The trigger is the change that follows the lost one: before it nobody can know. For 0.4 s ' +
      'the venue does not answer what is open, or it is mended before anybody asks to open.',
  },
  {
    number: 6,
    name: 'trades_gap',
    trigger: 'One public trade is lost on the line; the next one of its instrument skips a number.',
    expected: latchedBy('WS_TRADES_GAP_RECONCILE_REQUIRED'),
    claims: [BY_RECONCILIATION],
    notes:
      'The time to safe counts from the loss, so the wait for the next trade of that ' +
      'instrument is in it.',
  },
  {
    number: 7,
    name: 'session_termination',
    trigger: 'The next request is answered with 10028 and the line is cut.',
    expected: {
      ...latchedBy('SESSION_TERMINATION_RECONCILE_REQUIRED', UNCONFIRMED),
      '10028_count_5m': 1,
    },
    claims: [REFUSED, BY_RECONCILIATION],
    notes: 'One 10028 is ReduceOnly and no Kill: three in five minutes are (D-12).',
  },
  {
    number: 8,
    name: 'unknown_token',
    trigger:
      'Something is held. A latch reason that no list names is set in the state of the running ' +
      'engine, as a line of code would that never listed it; then the engine is killed and ' +
      'started again, the same build.',
    expected: {
      trading_mode: 'Kill',
      mode_reasons: ['KILL_CORTEX_FORCE_KILL'],
      open_permission_blocked_latch: false,
      open_permission_reason_codes: [],
    },
    claims: [
      [
        'the fault was told',
        (run) => linesAfter(run, 'fault').some(({ fault }) => fault === 'unmapped_reason_code'),
      ],
      [
        'no process of this build came back from it',
        (run) => run.lives === 2 && activeAgainAt(run, run.triggered_at) === null,
      ],
      [
        'no status named the code',
        ({ seen }) => seen.every(({ document }) => !JSON.stringify(document).includes('NOBODY_')),
      ],
      [
        'what was held was closed',
        ({ lines }) => lines.findLast(({ kind }) => kind === 'held')?.held?.length === 0,
      ],
    ],
    notes:
      'What ends it is another build_id: the code is listed, built and certified anew. That a ' +
      'code without an entry is refused before it is built is a matter of types, and of the ' +
      'tests that compare the lists.',
  },
];

export const DRILLS: readonly Drill[] = DRILLS_OVER_THE_WIRE.map((drill) => ({
  ...drill,
  claims: [...drill.claims, ...ALWAYS],
}));
