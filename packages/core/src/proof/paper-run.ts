import { type Static, Type } from 'typebox';
import { closed, createParser, type Parsed, type Violation } from '../parse.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const time = (description: string) =>
  Type.Integer({ minimum: 0, description: `${description} Epoch ms.` });
const text = (description: string, maxLength = 512) =>
  Type.String({ minLength: 1, maxLength, description });
const orNull = <S extends ReturnType<typeof Type.Integer>>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** More gaps of one run are counted and not listed. */
export const GAPS_MAX = 5_000;

const Gap = closed({
  scope: Type.Enum(['source', 'book'], { description: 'The whole source, or one book of it.' }),
  instrument: Type.Union([text('Whose book.', 64), Type.Null()]),
  cause: text('Why, in the words of the mirror.', 64),
  started_at: time('When the last was heard before it.'),
  ended_at: orNull(time('When the source was heard, or the book known again.')),
});

const Source = closed({
  kind: Type.Enum(['address', 'tape'], { description: 'A live address, or a recording.' }),
  place: text('The address, or the name of the recording.'),
  sha256: Type.Union([Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Null()], {
    description: 'Digest of the recording; null of an address.',
  }),
  speed: Type.Number({ exclusiveMinimum: 0, description: 'How fast its time passes; 1 is real.' }),
});

const Offset = closed({
  first: orNull(Type.Integer({ description: 'At the start, ms. Null: not measured.' })),
  last: orNull(Type.Integer({ description: 'Measured last, ms.' })),
  least: orNull(Type.Integer({ description: 'Least of all, ms.' })),
  most: orNull(Type.Integer({ description: 'Most of all, ms.' })),
});

const Engine = closed({
  run_id: text('Id of its run.'),
  environment: text('The environment it ran in.'),
  build_id: text('What it was built from.'),
  positions_equal_venue: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'Whether ledger and venue held the same at the end; null: nobody could say.',
  }),
  orders_left_open: orNull(count('Orders the venue still had open; null: nobody could say.')),
  containment_events: Type.Array(
    closed({ at: time('When it began.'), reason: Type.String({ maxLength: 200 }) }),
    { maxItems: 10_000, description: 'Every time the engine had to contain something, and why.' },
  ),
  ledger_verified: Type.Boolean({ description: 'Every byte of its ledger is as it was written.' }),
  invariant_violation: Type.Union([Type.String(), Type.Null()]),
});

/** `paper-run.json`: what ran on a paper venue, where its market came from, what was missing. */
export const PaperRunSchema = closed(
  {
    schema_version: Type.Literal(1),
    run_id: text('Id of this run of the venue.', 64),
    venue: Type.Enum(['live', 'testnet', 'mirror', 'simulated'], { description: 'D-38.' }),
    data: Type.Enum(['recorded', 'synthetic'], {
      description: '`recorded`: quoted by a real market. Anything else is `synthetic` (D-38).',
    }),
    clock: Type.Enum(['real', 'virtual'], {
      description: '`real`: the market was heard as it happened. A recording never is (D-38).',
    }),
    source: Source,
    state: Type.Enum(['running', 'ended'], {
      description: '`running` in the file of a process that is gone: it did not end by itself.',
    }),
    started_at: time('When the venue opened, by the clock of this machine.'),
    written_at: time('What is said here was true at this time.'),
    clock_offset_ms: Offset,
    gaps: Type.Array(Gap, { maxItems: GAPS_MAX }),
    gaps_left_out: count('Gaps beyond those that are listed.'),
    gap_ms: count('How long the source was not heard in all. ms.'),
    build_id: text('What the venue was built from.'),
    node: text('Version of Node.', 32),
    v8: text('Version of V8.', 64),
    orders: count('Orders the venue was sent.'),
    fills: count('Trades of its accounts.'),
    illegal_order_attempts: count('Orders a correct client never sends.'),
    duplicate_dispatches: count('Labels that came more than once.'),
    days: Type.Array(
      closed({
        from: Type.Integer({
          minimum: 0,
          multipleOf: 86_400_000,
          description: 'When the UTC day began. Epoch ms.',
        }),
        orders: count('Sent on that day.'),
        fills: count('Made on that day.'),
      }),
      { maxItems: 1_000, description: 'Days on which something was sent or filled.' },
    ),
    faults: Type.Array(closed({ name: text('Which fault.', 64), at: time('When.') }), {
      maxItems: 1_000,
      description: 'Faults that were injected on purpose and came about.',
    }),
    engine: Type.Union([Engine, Type.Null()], {
      description: 'What the engine that traded here said at its end; null while it has not.',
    }),
  },
  { description: 'One run on a paper venue.' },
);

export type PaperRun = Static<typeof PaperRunSchema>;

const parseShape = createParser(PaperRunSchema);

/** The document, or everything that is wrong with it. Contradictions are wrong, too. */
export function parsePaperRun(value: unknown): Parsed<PaperRun> {
  const shape = parseShape(value);
  if (!shape.ok) return shape;
  const [first, ...rest] = contradictions(shape.value);
  return first === undefined ? shape : { ok: false, violations: [first, ...rest] };
}

function contradictions(run: PaperRun): readonly Violation[] {
  const found: Violation[] = [];
  const say = (path: string, message: string): void => {
    found.push({ path, rule: 'contradiction', message });
  };
  if (run.written_at < run.started_at) say('/written_at', 'before the start');
  run.gaps.forEach(({ started_at: from, ended_at: to }, index) => {
    if (to !== null && to < from) say(`/gaps/${index}/ended_at`, 'before its start');
  });
  if ((run.source.kind === 'tape') !== (run.source.sha256 !== null)) {
    say('/source/sha256', 'a recording has a digest, an address has none');
  }
  if (run.source.kind === 'tape' && run.clock === 'real') {
    say('/clock', 'a recording is not heard as it happens');
  }
  return found;
}
