import type { Effect, Event } from '@holdfast/core';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readEvent } from './event-form.ts';
import { readValue, writeValue } from './value.ts';

/**
 * The payload of `turns`: the effects of the resumption, once, at the very beginning; then turn
 * after turn, each the event and the answer to it. Of the first byte, the low four bits are the
 * form of the event and the others what the answer is; a turn that asked for nothing ends with its
 * event.
 */
const Answer = Object.freeze({ nothing: 0, effects: 16, violation: 32 });
const FORM_BITS = 15;

/** What came of an event: effects, or the words of the invariant that broke on it. */
export type TurnAnswer =
  | { readonly kind: 'effects'; readonly effects: readonly unknown[] }
  | { readonly kind: 'violation'; readonly message: string };

export interface Turn {
  readonly event: Event;
  readonly answer: TurnAnswer;
}

export function writeEffects(writer: ByteWriter, effects: readonly Effect[]): void {
  writer.count(effects.length);
  for (const effect of effects) writeValue(writer, effect, 'told');
}

export function readEffects(reader: ByteReader): readonly unknown[] {
  const count = reader.countOfValues();
  const effects: unknown[] = [];
  for (let index = 0; index < count; index += 1) effects.push(readValue(reader));
  return effects;
}

/** Behind the event that begins at `from`. */
export function writeAnswer(writer: ByteWriter, from: number, effects: readonly Effect[]): void {
  writer.mark(from, Answer.effects);
  writeEffects(writer, effects);
}

export function writeViolation(writer: ByteWriter, from: number, message: string): void {
  writer.mark(from, Answer.violation);
  writer.string(message);
}

export function readTurn(reader: ByteReader): Turn {
  const first = reader.byte();
  const event = readEvent(reader, first & FORM_BITS);
  if (!isEvent(event)) throw reader.fault('a turn without an event');
  return { event, answer: readAnswer(reader, first & ~FORM_BITS) };
}

function readAnswer(reader: ByteReader, answer: number): TurnAnswer {
  if (answer === Answer.nothing) return { kind: 'effects', effects: [] };
  if (answer === Answer.effects) return { kind: 'effects', effects: readEffects(reader) };
  if (answer === Answer.violation) return { kind: 'violation', message: reader.string() };
  throw reader.fault(`${answer} is no answer`);
}

/** Its checksum says that we wrote it; what kinds there are is for the core to say. */
function isEvent(value: unknown): value is Event {
  if (typeof value !== 'object' || value === null) return false;
  if (!('kind' in value) || typeof value.kind !== 'string') return false;
  return 'at' in value && typeof value.at === 'number';
}
