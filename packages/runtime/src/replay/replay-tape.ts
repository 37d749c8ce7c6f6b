import type { Effect, Event } from '@holdfast/core';
import { createState, recover, resume, type State, step } from '@holdfast/core/step';
import { monoMs } from '@holdfast/core/values';
import type { SegmentSource } from '../ledger/scan.ts';
import type { TapeSource } from './block.ts';
import { canonicalBytes, firstMismatch, type Mismatch, plainOf } from './canonical.ts';
import { type TapeFault, type TapeFaultCode, tapeFaultOf } from './fault.ts';
import { type EngineVersions, OWN_VERSIONS, type TapeGap, type TapeHeader } from './header.ts';
import { LedgerWalk } from './ledger-walk.ts';
import { readTape, type TapeEntry, type TapeFinish } from './read-tape.ts';
import { type RecordFinding, RecordTrail } from './record-trail.ts';
import type { TurnAnswer } from './turn-form.ts';

export interface ReplayOptions {
  readonly tape: TapeSource;
  /** Of the same run; it may have gone on since. */
  readonly ledger: SegmentSource;
  /**
   * What this replay runs on; another one than the tape's cannot tell (D-28). Null does not ask:
   * for a tape that is kept to see whether an engine still gives the same bits.
   */
  readonly versions?: EngineVersions | null;
}

/** `unknown`: neither equal nor different could be shown. */
export interface Replay {
  readonly verdict: 'equal' | 'different' | 'unknown';
  /** Null where not even that could be read. */
  readonly header: TapeHeader | null;
  /** Events stepped and effects found equal, the resumption's among them. */
  readonly events: number;
  readonly effects: number;
  /** Records whose bytes were found in the ledger as they were asked for. */
  readonly records: number;
  /** The first one; null unless `different`. */
  readonly difference: Difference | null;
  /** Why nobody can tell; null unless `unknown`. */
  readonly doubt: Doubt | null;
  /** Null where the tape was not read to its end. */
  readonly finish: TapeFinish | null;
}

/** Where and in what the replay leaves the recorded run. `expected` is what was recorded. */
export interface Difference extends Mismatch {
  readonly what: 'effect' | 'effect_count' | 'violation' | 'record';
  /** Number of the event, from 1; 0 is the resumption, which has none. */
  readonly event: number;
  readonly kind: Event['kind'] | null;
  /** Epoch ms, as the event has it. */
  readonly at: number;
  /** Index of the effect in its turn, or sequence of the record; null where neither is meant. */
  readonly index: number | null;
}

export type DoubtCode =
  | TapeFaultCode
  | 'other_engine_version'
  /** The tape has no header, or says that turns are missing. */
  | 'tape_gap'
  /** The ledger is not the one the process folded, or holds less than it heard. */
  | 'ledger_damaged'
  | 'ledger_short'
  | 'ledger_of_another_run'
  /** Durable records nothing on this unfinished tape asked for: its last turns are missing. */
  | 'tape_short';

export interface Doubt {
  readonly code: DoubtCode;
  readonly detail: string;
}

/**
 * Feeds a recorded run to this build's core and says whether it decides the same: every effect
 * byte by byte, and every record it asks for against the bytes in the ledger. Throws what the file
 * system throws.
 */
export function replayTape(options: ReplayOptions): Replay {
  const run = new ReplayedRun(options);
  try {
    return run.play();
  } catch (error) {
    const fault = tapeFaultOf(error);
    if (fault === null) throw error;
    return run.doubt(fault);
  }
}

/** Why a replay stops before the end of its tape. */
type Stop = { readonly difference: Difference } | { readonly doubt: Doubt };

/** What is replayed once the header is read. */
interface Core {
  readonly state: State;
  readonly trail: RecordTrail;
  readonly walk: LedgerWalk;
  readonly resumption: readonly Effect[];
}

type Turn = Extract<TapeEntry, { kind: 'turn' }>;

class ReplayedRun {
  readonly #options: ReplayOptions;
  #header: TapeHeader | null = null;
  #core: Core | null = null;
  #events = 0;
  #effects = 0;
  #at = 0;
  #kind: Event['kind'] | null = null;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  play(): Replay {
    const entries = readTape(this.#options.tape);
    let entry = entries.next();
    for (; entry.done !== true; entry = entries.next()) {
      const stop = this.#take(entry.value);
      if (stop !== null) return 'doubt' in stop ? this.doubt(stop.doubt) : this.#differs(stop);
    }
    const finish = entry.value;
    const stop = this.#finish(finish);
    if (stop === null) return { ...this.#result('equal'), finish };
    return 'doubt' in stop
      ? { ...this.doubt(stop.doubt), finish }
      : { ...this.#differs(stop), finish };
  }

  doubt({ code, detail }: Doubt | TapeFault): Replay {
    return { ...this.#result('unknown'), doubt: { code, detail } };
  }

  #differs({ difference }: { readonly difference: Difference }): Replay {
    return { ...this.#result('different'), difference };
  }

  #result(verdict: Replay['verdict']): Replay {
    return {
      verdict,
      header: this.#header,
      events: this.#events,
      effects: this.#effects,
      records: this.#core?.trail.compared ?? 0,
      difference: null,
      doubt: null,
      finish: null,
    };
  }

  #take(entry: TapeEntry): Stop | null {
    if (entry.kind === 'header') return this.#begin(entry.header);
    if (this.#core === null) return doubtOf('tape_unreadable', 'turns before a header');
    if (entry.kind === 'turn') return this.#turn(this.#core, entry);
    return this.#answer(this.#core, { kind: 'effects', effects: entry.effects }, () => {
      return this.#core?.resumption ?? [];
    });
  }

  #begin(header: TapeHeader): Stop | null {
    this.#header = header;
    const { session, epoch, ledger, resumedAt } = header;
    const { versions = OWN_VERSIONS } = this.#options;
    const other = versions === null ? null : otherEngine(header.versions, versions);
    if (other !== null) return doubtOf('other_engine_version', other);
    const state = createState(session);
    const walk = new LedgerWalk(this.#options.ledger);
    const head = walk.fold(ledger.records, (record) => recover(state, record));
    if (head === null) return shortLedger(walk, ledger.records);
    if (head !== ledger.head) {
      const detail = `record ${ledger.records} is not the one this run began from`;
      return doubtOf('ledger_of_another_run', detail);
    }
    this.#at = resumedAt;
    const resumption = resume(state, monoMs(resumedAt), epoch);
    this.#core = { state, walk, resumption, trail: new RecordTrail(walk, epoch) };
    return null;
  }

  #turn(core: Core, { event, answer }: Turn): Stop | null {
    this.#events += 1;
    this.#at = event.at;
    this.#kind = event.kind;
    const found = core.trail.hear(event);
    if (found !== null) return this.#recordStop(core, found, true);
    return this.#answer(core, answer, () => step(core.state, event).effects);
  }

  /** Asks the core, and holds what it says against what it said then. */
  #answer(core: Core, then: TurnAnswer, ask: () => readonly Effect[]): Stop | null {
    const now = answerOf(ask);
    if (now.kind === 'violation' || then.kind === 'violation') {
      const [expected, actual] = [brokenBy(then), brokenBy(now)];
      if (expected === actual) return null;
      return this.#stop('violation', null, { path: '', expected, actual });
    }
    for (const [index, expected] of then.effects.entries()) {
      const actual = now.effects[index];
      if (actual === undefined) break;
      const told = canonicalBytes(actual);
      if (!Buffer.from(canonicalBytes(expected)).equals(told)) {
        const whole = { path: '', expected, actual: plainOf(told) };
        return this.#stop('effect', index, firstMismatch(expected, whole.actual) ?? whole);
      }
      this.#effects += 1;
      core.trail.ask(actual);
    }
    if (then.effects.length === now.effects.length) return null;
    const index = Math.min(then.effects.length, now.effects.length);
    const mismatch = { path: '', expected: then.effects[index], actual: now.effects[index] };
    return this.#stop('effect_count', index, mismatch);
  }

  #finish(finish: TapeFinish): Stop | null {
    const { gap, end } = finish;
    if (this.#core === null) return doubtOf('tape_unreadable', 'it ends before its header');
    if (gap !== null) return doubtOf('tape_gap', describeGap(gap));
    if (end !== null && end.turns !== this.#events) {
      return doubtOf('tape_gap', `${end.turns} turns were taken, ${this.#events} are on it`);
    }
    const found = this.#core.trail.finish();
    if (found !== null) return this.#recordStop(this.#core, found, end !== null);
    const damage = this.#core.walk.ended?.damage ?? null;
    if (damage === null) return null;
    return doubtOf('ledger_damaged', `${damage.code} in ${damage.segment} at ${damage.offset}`);
  }

  /** `isWhole`: nothing is missing on the tape up to there. */
  #recordStop(core: Core, found: RecordFinding, isWhole: boolean): Stop {
    const { sequence } = found;
    if (found.kind === 'missing') return shortLedger(core.walk, sequence);
    if (found.kind === 'different') return this.#stop('record', sequence, found.mismatch);
    if (isWhole) {
      const mismatch = { path: '', expected: `record ${sequence}`, actual: undefined };
      return this.#stop('record', sequence, mismatch);
    }
    const detail = `record ${sequence} is durable, and the turn that asked for it is not here`;
    return doubtOf('tape_short', detail);
  }

  #stop(what: Difference['what'], index: number | null, mismatch: Mismatch): Stop {
    const place = { event: this.#events, kind: this.#kind, at: this.#at, index };
    return { difference: { what, ...place, ...mismatch } };
  }
}

/** A core that breaks says why; any other throw is told the same way, and equals none of ours. */
function answerOf(ask: () => readonly Effect[]): TurnAnswer & { effects?: readonly Effect[] } {
  try {
    return { kind: 'effects', effects: ask() };
  } catch (error) {
    return { kind: 'violation', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Why it broke; null where it answered. */
function brokenBy(answer: TurnAnswer): string | null {
  return answer.kind === 'violation' ? answer.message : null;
}

function otherEngine(then: EngineVersions, now: EngineVersions): string | null {
  if (then.node === now.node && then.v8 === now.v8) return null;
  return `recorded on Node ${then.node} (V8 ${then.v8}), this is ${now.node} (V8 ${now.v8})`;
}

function shortLedger(walk: LedgerWalk, sequence: number): Stop {
  const damage = walk.ended?.damage ?? null;
  if (damage === null) return doubtOf('ledger_short', `it ends before record ${sequence}`);
  const { code, segment, offset } = damage;
  return doubtOf('ledger_damaged', `${code} in ${segment} at ${offset}`);
}

function describeGap({ turns, cause, detail }: TapeGap): string {
  return `equal up to event ${turns}; nothing is kept behind it: ${cause}, ${detail}`;
}

function doubtOf(code: DoubtCode, detail: string): Stop {
  return { doubt: { code, detail } };
}
