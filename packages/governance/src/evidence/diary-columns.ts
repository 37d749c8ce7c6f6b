/**
 * The facts of a million entries, in columns: numbers and codes of words side by side, about a
 * hundred bytes an entry with its id. A fact is an object only while somebody looks at it.
 */
import { assert } from '@holdfast/core';
import { type Stage, STAGES } from '../promotion/stage.ts';
import type { DiaryFact, Provenance } from './diary-fact.ts';

/** The words of one column, each kept once; 0 is none. */
class Words<W extends string> {
  readonly #words: (W | null)[];
  readonly #codes = new Map<W, number>();

  constructor(known: readonly W[] = []) {
    this.#words = [null];
    for (const word of known) this.codeOf(word);
  }

  codeOf(word: W | null): number {
    if (word === null) return 0;
    const known = this.#codes.get(word);
    if (known !== undefined) return known;
    const code = this.#words.length;
    this.#words.push(word);
    this.#codes.set(word, code);
    return code;
  }

  wordOf(code: number): W | null {
    return this.#words[code] ?? null;
  }
}

/** Everything of an entry that is told in few words, coded; one row has one place in each. */
const CODED = ['policy', 'stage', 'severity', 'route', 'regime', 'mode', 'provenance'] as const;
type Coded = (typeof CODED)[number];

const SIGNATURE_BYTES = 32;
const FIRST_CAPACITY = 1_024;

interface Columns {
  readonly recordedAt: Float64Array;
  readonly seq: Float64Array;
  /** NaN: none. */
  readonly confidence: Float64Array;
  readonly forced: Uint8Array;
  readonly written: Uint8Array;
  readonly signature: Uint8Array;
  readonly codes: Readonly<Record<Coded, Uint32Array>>;
}

type Mode = NonNullable<DiaryFact['executionMode']>;
type Venue = `${Provenance['clock']} ${Provenance['venue']} ${Provenance['data']}`;

/** What is kept beside a fact: its signature in hex, and the bits of `writtenIn`. */
export interface Row {
  readonly fact: DiaryFact;
  readonly signature: string;
  readonly written: number;
}

export class DiaryColumns {
  #columns = columnsOf(FIRST_CAPACITY);
  readonly #ids: string[] = [];
  readonly #policies = new Words<string>();
  readonly #stages = new Words<Stage>(STAGES);
  readonly #severities = new Words<string>();
  readonly #routes = new Words<string>();
  readonly #regimes = new Words<string>();
  readonly #modes = new Words<Mode>();
  readonly #venues = new Words<Venue>();
  /** Shared by all facts that have the same: a million of them would be most of the memory. */
  readonly #provenances = new Map<Venue | null, Provenance>();

  get length(): number {
    return this.#ids.length;
  }

  /** The place of the row. */
  push(row: Row): number {
    const at = this.#ids.length;
    if (at === this.#columns.seq.length) this.#columns = grown(this.#columns);
    this.#ids.push(row.fact.entryId);
    this.put(at, row);
    return at;
  }

  /** Writes a row anew; its id stays. */
  put(at: number, { fact, signature, written }: Row): void {
    assert(this.#ids[at] === fact.entryId, 'a row keeps the entry it was made of');
    const columns = this.#columns;
    columns.recordedAt[at] = fact.recordedAt;
    columns.seq[at] = fact.seq;
    columns.confidence[at] = fact.regimeConfidence ?? Number.NaN;
    columns.forced[at] = fact.isRiskForced ? 1 : 0;
    columns.written[at] = written;
    columns.signature.set(Buffer.from(signature, 'hex'), at * SIGNATURE_BYTES);
    const { codes } = columns;
    codes.policy[at] = this.#policies.codeOf(fact.policyId);
    codes.stage[at] = this.#stages.codeOf(fact.stage);
    codes.severity[at] = this.#severities.codeOf(fact.severity);
    codes.route[at] = this.#routes.codeOf(fact.route);
    codes.regime[at] = this.#regimes.codeOf(fact.regime);
    codes.mode[at] = this.#modes.codeOf(fact.executionMode);
    codes.provenance[at] = this.#venues.codeOf(this.#venueOf(fact.provenance));
  }

  row(at: number): Row {
    const { signature, written } = this.#columns;
    const from = at * SIGNATURE_BYTES;
    return {
      fact: this.fact(at),
      signature: Buffer.from(signature.subarray(from, from + SIGNATURE_BYTES)).toString('hex'),
      written: written[at] ?? 0,
    };
  }

  fact(at: number): DiaryFact {
    const { recordedAt, seq, confidence, forced, codes } = this.#columns;
    const entryId = this.#ids[at];
    assert(entryId !== undefined, 'a row is asked for by a place that it was given');
    const certain = confidence[at] ?? Number.NaN;
    return {
      entryId,
      seq: seq[at] ?? 0,
      policyId: this.#policies.wordOf(codes.policy[at] ?? 0) ?? '',
      recordedAt: recordedAt[at] ?? 0,
      stage: this.#stages.wordOf(codes.stage[at] ?? 0),
      severity: this.#severities.wordOf(codes.severity[at] ?? 0) ?? 'unknown',
      isRiskForced: forced[at] === 1,
      route: this.#routes.wordOf(codes.route[at] ?? 0),
      regime: this.#regimes.wordOf(codes.regime[at] ?? 0),
      regimeConfidence: Number.isNaN(certain) ? null : certain,
      executionMode: this.#modes.wordOf(codes.mode[at] ?? 0),
      provenance: this.#provenances.get(this.#venues.wordOf(codes.provenance[at] ?? 0)) ?? null,
    };
  }

  #venueOf(provenance: Provenance | null): Venue | null {
    if (provenance === null) return null;
    const venue: Venue = `${provenance.clock} ${provenance.venue} ${provenance.data}`;
    if (!this.#provenances.has(venue)) this.#provenances.set(venue, provenance);
    return venue;
  }

  /** By time; equal times stay as they are given, in the order of the chain. */
  sorted(places: readonly number[]): readonly number[] {
    const { recordedAt } = this.#columns;
    const timeOf = (at: number): number => recordedAt[at] ?? 0;
    const isSorted = places.every(
      (at, index) => index === 0 || timeOf(places[index - 1] ?? at) <= timeOf(at),
    );
    return isSorted ? places : places.toSorted((a, b) => timeOf(a) - timeOf(b));
  }
}

function columnsOf(capacity: number): Columns {
  return {
    recordedAt: new Float64Array(capacity),
    seq: new Float64Array(capacity),
    confidence: new Float64Array(capacity),
    forced: new Uint8Array(capacity),
    written: new Uint8Array(capacity),
    signature: new Uint8Array(capacity * SIGNATURE_BYTES),
    codes: codesOf(() => new Uint32Array(capacity)),
  };
}

function codesOf(make: (column: Coded) => Uint32Array): Readonly<Record<Coded, Uint32Array>> {
  const entries = CODED.map((column) => [column, make(column)] as const);
  return Object.fromEntries(entries) as Record<Coded, Uint32Array>;
}

function grown(columns: Columns): Columns {
  const next = columnsOf(columns.seq.length * 2);
  next.recordedAt.set(columns.recordedAt);
  next.seq.set(columns.seq);
  next.confidence.set(columns.confidence);
  next.forced.set(columns.forced);
  next.written.set(columns.written);
  next.signature.set(columns.signature);
  for (const column of CODED) next.codes[column].set(columns.codes[column]);
  return next;
}
