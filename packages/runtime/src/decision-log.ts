import type { Decision } from '@holdfast/core';
import { LineFile } from './line-file.ts';

/**
 * What the core said, one JSON line each, in order (D-35). No fact is ever folded from it, so it
 * may lose lines, but never in silence: every decision takes the next sequence number of its run,
 * written or not, and a line says how many are missing where they are missing. A missing number
 * without such a line is `unknown`.
 */
export interface DecisionLog {
  /** Never blocks, never throws. `at` is the wall clock in epoch ms. */
  report(decision: Decision, at: number): void;
  telemetry(): DecisionLogTelemetry;
  /** Written by this process. */
  readonly bytes: number;
  /** Waits for what was accepted. */
  close(): Promise<void>;
}

export interface DecisionLogTelemetry {
  readonly depth: number;
  readonly capacity: number;
  readonly written: number;
  readonly dropped: number;
  readonly writeErrors: number;
}

export interface DecisionLogOptions {
  /** The file; it and its folder are made when missing, and only ever appended to. */
  readonly path: string;
  readonly runId: string;
  /** Lines waiting for the disk, at most. */
  readonly capacity: number;
}

/** One line of the file. */
export type DecisionLine =
  | {
      readonly run_id: string;
      readonly sequence: number;
      readonly at: number;
      readonly decision: Decision;
    }
  /** `count` decisions from `sequence` on were not written. */
  | { readonly run_id: string; readonly sequence: number; readonly gap: number };

class FileDecisionLog implements DecisionLog {
  readonly #runId: string;
  readonly #file: LineFile;
  #sequence = 0;
  #gapFrom = 0;
  #gap = 0;
  #dropped = 0;
  #closed = false;

  constructor(file: LineFile, runId: string) {
    this.#file = file;
    this.#runId = runId;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  report(decision: Decision, at: number): void {
    this.#sequence += 1;
    // The gap's own line needs a place as well.
    if (this.#closed || !this.#file.hasRoom(this.#gap > 0 ? 2 : 1)) {
      this.#drop(this.#sequence);
      return;
    }
    this.#closeGap();
    const run_id = this.#runId;
    this.#file.push(JSON.stringify({ run_id, sequence: this.#sequence, at, decision }));
  }

  telemetry(): DecisionLogTelemetry {
    const { depth, capacity, written, lost, writeErrors } = this.#file;
    return { depth, capacity, written, dropped: this.#dropped + lost, writeErrors };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close(this.#gapLine());
  }

  #drop(sequence: number): void {
    if (this.#gap === 0) this.#gapFrom = sequence;
    this.#gap += 1;
    this.#dropped += 1;
  }

  #closeGap(): void {
    const line = this.#gapLine();
    if (line !== null && this.#file.push(line)) this.#gap = 0;
  }

  #gapLine(): string | null {
    if (this.#gap === 0) return null;
    return JSON.stringify({ run_id: this.#runId, sequence: this.#gapFrom, gap: this.#gap });
  }
}

/** Opens a log for one run. Rejects when the file cannot be opened. */
export async function openDecisionLog(options: DecisionLogOptions): Promise<DecisionLog> {
  return new FileDecisionLog(await LineFile.open(options.path, options.capacity), options.runId);
}

/** What a reader meets: a decision, or numbers that are missing. */
export type DecisionEntry =
  | {
      readonly kind: 'decision';
      readonly runId: string;
      readonly sequence: number;
      readonly at: number;
      readonly decision: Decision;
    }
  /**
   * `declared`: the writer says so. Otherwise nobody does, and the reader knows nothing of them.
   */
  | {
      readonly kind: 'gap';
      readonly runId: string;
      readonly sequence: number;
      readonly count: number;
      readonly declared: boolean;
    }
  /** No line of ours, or a number that was there before. */
  | { readonly kind: 'unreadable'; readonly line: number };

/**
 * Reads a log line by line; `lines` are those of one file, oldest first. Every run counts from 1.
 */
export async function* readDecisionLog(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<DecisionEntry, void> {
  const next = new Map<string, number>();
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text === '') continue;
    const line = parseLine(text);
    if (line === null) {
      yield { kind: 'unreadable', line: number };
      continue;
    }
    const runId = line.run_id;
    const { sequence } = line;
    const expected = next.get(runId) ?? 1;
    if (sequence < expected) {
      yield { kind: 'unreadable', line: number };
      continue;
    }
    if (sequence > expected) {
      const count = sequence - expected;
      yield { kind: 'gap', runId, sequence: expected, count, declared: false };
    }
    if ('gap' in line) {
      next.set(runId, sequence + line.gap);
      yield { kind: 'gap', runId, sequence, count: line.gap, declared: true };
    } else {
      next.set(runId, sequence + 1);
      yield { kind: 'decision', runId, sequence, at: line.at, decision: line.decision };
    }
  }
}

function parseLine(text: string): DecisionLine | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  return isLine(json) ? json : null;
}

function isLine(json: unknown): json is DecisionLine {
  if (typeof json !== 'object' || json === null) return false;
  if (!('run_id' in json) || typeof json.run_id !== 'string') return false;
  if (!('sequence' in json) || !isCount(json.sequence)) return false;
  if ('gap' in json) return isCount(json.gap);
  if (!('at' in json) || !Number.isFinite(json.at) || !('decision' in json)) return false;
  const { decision } = json;
  return typeof decision === 'object' && decision !== null && 'kind' in decision;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
