import type { Effect, Event } from '@holdfast/core';
import { BLOCK_BYTES_MAX, BLOCK_HEAD_BYTES } from './block.ts';
import { ByteWriter } from './byte-writer.ts';
import { writeEvent } from './event-form.ts';
import { tapeFaultOf } from './fault.ts';
import type { GapCause, TapeGap } from './header.ts';
import { writeAnswer, writeEffects, writeViolation } from './turn-form.ts';

/** What the loop tells a tape, in this order. Nothing here throws or waits. */
export interface TurnTape {
  /** Before `step`, which may change what it is given. */
  heard(event: Event): void;
  /** After the effects are on their way: an order does not wait for its own record on a tape. */
  answered(effects: readonly Effect[]): void;
  /** The core broke on the event just heard: there is no answer. */
  broke(message: string): void;
  /** Waits for what was taken, and says that it is over. */
  close(): Promise<void>;
}

/**
 * Spells turns into memory. From the first one that cannot be kept, none is: what follows a gap
 * proves nothing, since nobody knows the state it met.
 */
export class TurnRecorder {
  readonly #writer = new ByteWriter(BLOCK_HEAD_BYTES, BLOCK_HEAD_BYTES + BLOCK_BYTES_MAX);
  /** Where the turn that is not answered yet begins. */
  #begunAt = 0;
  #turns = 0;
  #kept = 0;
  #gap: TapeGap | null = null;

  /** Turns heard, kept or not. */
  get turns(): number {
    return this.#turns;
  }

  get kept(): number {
    return this.#kept;
  }

  get gap(): TapeGap | null {
    return this.#gap;
  }

  /** Bytes nobody has taken yet. */
  get length(): number {
    return this.#writer.length;
  }

  resumed(effects: readonly Effect[]): void {
    const at = this.#writer.at;
    try {
      writeEffects(this.#writer, effects);
    } catch (error) {
      this.#refuse(error, at);
    }
  }

  heard(event: Event): void {
    this.#turns += 1;
    if (this.#gap !== null) return;
    this.#begunAt = this.#writer.at;
    try {
      writeEvent(this.#writer, event);
    } catch (error) {
      this.#refuse(error, this.#begunAt);
    }
  }

  answered(effects: readonly Effect[]): void {
    if (this.#gap !== null) return;
    if (effects.length > 0) this.#answer(() => writeAnswer(this.#writer, this.#begunAt, effects));
    else this.#kept = this.#turns;
  }

  /** Nothing, where the turn it broke in has been answered. */
  broke(message: string): void {
    if (this.#gap !== null || this.#kept === this.#turns) return;
    this.#answer(() => writeViolation(this.#writer, this.#begunAt, message));
  }

  #answer(write: () => void): void {
    try {
      write();
      this.#kept = this.#turns;
    } catch (error) {
      this.#refuse(error, this.#begunAt);
    }
  }

  /** Nothing more is kept; `turns` of those before are. */
  stop(turns: number, cause: GapCause, detail: string): void {
    this.#gap = { turns, cause, detail };
  }

  /** What is spelled so far, with a free head before it; goes on in `fresh` or in new memory. */
  take(fresh: Uint8Array | null): Uint8Array {
    return this.#writer.take(fresh);
  }

  #refuse(error: unknown, at: number): void {
    this.#writer.moveTo(at);
    const fault = tapeFaultOf(error);
    const cause = fault?.code === 'queue_full' ? 'queue_full' : 'value_refused';
    this.stop(this.#kept, cause, fault?.detail ?? String(error));
  }
}
