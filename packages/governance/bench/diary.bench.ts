/**
 * What it costs to know the diary again: a million entries folded, against `JSON.parse` of the same
 * bytes, in turns of one run. The first ratio is what a start does, behind a store that has looked
 * at hash and link of each event as it read it; signatures of entries are looked at in both.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lineOf, NO_HASH } from '@holdfast/runtime/proof';
import { Diary } from '../src/evidence/diary.ts';
import { recordedFact } from '../src/evidence/diary-events.ts';
import { makeEntry } from '../src/evidence/entry.ts';
import type { DiaryEntry } from '../src/evidence/entry-schema.ts';
import { OWN_LABELS } from '../src/evidence/regime-labels.ts';
import { signatureOf } from '../src/evidence/seal.ts';
import type { GovernanceEvent } from '../src/store/event.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  readonly pass: boolean;
}

const T0 = Date.UTC(2026, 2, 1, 9);
const ENTRIES = 1_000_000;
const BATCH = 10_000;
/** Of the batches, so many are looked at link by link as well. */
const CHECKED_EACH = 10;
const POLICIES = 8;
const TARGET = 4;
const BYTES_MAX = 400;
const REASON = 'release_stage_paper_requires_paper_execution';

/** One decision; the others are it at another time, each with an id and a signature of its own. */
function firstEntry(): DiaryEntry {
  const draft = {
    policy_id: 'policy-0',
    decision: {
      tactic_id: 'condor',
      parameters: { width: 5 },
      selected_weight: 1,
      rationale: 'auto',
    },
    regime_state: { regime: 'balanced', confidence: 0.8, features: { trend: 0.25 } },
    outcomes: { paper_pnl: 12.5 },
    metadata: {
      release_stage: 'paper',
      execution_mode: 'paper',
      provenance: { clock: 'real', venue: 'live', data: 'recorded' },
      drift_decision: { allowed: true, severity: 'normal', force_paper: true, reason: REASON },
      release_execution: { stage: 'paper', route: 'paper', forced: true, forced_reasons: [REASON] },
    },
  };
  const made = makeEntry(draft, { now: T0, probes: new Map(), labels: OWN_LABELS });
  if (!made.ok) throw new Error('the bench makes no entries');
  return made.value;
}

/** The chain, a batch of lines at a time: the whole of it would be more than a string holds. */
class Chain {
  readonly #first = firstEntry();
  #previous = NO_HASH;
  #seq = 0;

  batch(): readonly string[] {
    return Array.from({ length: BATCH }, () => this.#line());
  }

  #line(): string {
    const ingestedAt = new Date(T0 + this.#seq * 1_000).toISOString();
    const unsigned = {
      ...this.#first,
      entry_id: `dd-20260301T090000Z-${String(this.#seq).padStart(16, '0')}`,
      policy_id: `policy-${this.#seq % POLICIES}`,
      recorded_at: ingestedAt,
    };
    const entry = { ...unsigned, signature: signatureOf(unsigned) };
    const fact = recordedFact(entry, { actor: 'loop', ingestedAt, backdated: false });
    const { line, hash } = lineOf({
      v: 1,
      domain: 'diary',
      seq: this.#seq,
      ts: ingestedAt,
      ...fact,
      prev_hash: this.#previous,
    });
    this.#seq += 1;
    this.#previous = hash;
    return line;
  }
}

interface Times {
  parse: number;
  fold: number;
  parseOfChecked: number;
  check: number;
  bytes: number;
}

/** A whole diary, batch by batch; now and then one is folded for itself, with its links. */
function measure(diary: Diary): Times {
  const chain = new Chain();
  const times: Times = { parse: 0, fold: 0, parseOfChecked: 0, check: 0, bytes: 0 };
  for (let batch = 0; batch < ENTRIES / BATCH; batch += 1) {
    const lines = chain.batch();
    const begun = performance.now();
    const events = lines.map((line): GovernanceEvent => JSON.parse(line));
    const parsed = performance.now();
    for (const event of events) diary.apply(event, 'checked');
    const folded = performance.now();
    times.parse += parsed - begun;
    times.fold += folded - parsed;
    times.bytes += lines.reduce((sum, line) => sum + line.length, 0);
    if (batch % CHECKED_EACH !== 0) continue;
    const from = performance.now();
    Diary.fold(events, 'check');
    times.check += performance.now() - from;
    times.parseOfChecked += parsed - begun;
  }
  return times;
}

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes that are still in use. */
function kept(): number {
  if (typeof collect === 'function') collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function figure(name: string, value: number, unit: string, digits: number): BenchResult {
  return { name, value: Number(value.toFixed(digits)), unit, target: null, pass: true };
}

export function run(): Promise<BenchResult[]> {
  const before = kept();
  const diary = new Diary();
  const times = measure(diary);
  const bytesEach = (kept() - before) / ENTRIES;
  if (diary.size !== ENTRIES || diary.violations.length > 0) throw new Error('the fold is wrong');
  const begun = performance.now();
  const reading = diary.readingOf('policy-0');
  const readMs = performance.now() - begun;
  const ratio = times.fold / times.parse;
  return Promise.resolve([
    figure('JSON.parse of an event', (times.parse / ENTRIES) * 1e3, 'us', 2),
    {
      ...figure('fold of the parsed / JSON.parse', ratio, 'x', 2),
      target: `<= ${TARGET}`,
      pass: ratio <= TARGET,
    },
    figure('fold with its links / JSON.parse', times.check / times.parseOfChecked, 'x', 2),
    figure('a million entries folded', times.fold / 1e3, 's', 1),
    {
      ...figure('kept of an entry', bytesEach, 'B', 0),
      target: `<= ${BYTES_MAX}`,
      pass: bytesEach <= BYTES_MAX,
    },
    figure(`reading of one policy, ${reading.facts.length} facts`, readMs, 'ms', 0),
    figure('bytes of an event', times.bytes / ENTRIES, 'B', 0),
  ]);
}
