/** From the engine: a turn of its loop is complete. */
export interface Tick {
  readonly kind: 'tick';
  readonly sequence: number;
}

/**
 * From the watchdog. `heartbeat` answers one tick, so that it proves the way there and back.
 * `noticed` is for the log: what it saw and what it did about it.
 */
export type Answer =
  | { readonly kind: 'heartbeat'; readonly sequence: number }
  | {
      readonly kind: 'noticed';
      readonly what: 'armed' | 'silent' | 'reduce_only' | 'heard_again';
      readonly silenceMs: number;
      readonly detail: string;
    };

export function isTick(message: unknown): message is Tick {
  return hasKind(message, 'tick') && 'sequence' in message && isSequence(message.sequence);
}

export function isAnswer(message: unknown): message is Answer {
  if (hasKind(message, 'heartbeat')) return 'sequence' in message && isSequence(message.sequence);
  return hasKind(message, 'noticed') && 'what' in message && typeof message.what === 'string';
}

function hasKind(message: unknown, kind: string): message is { readonly kind: string } {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return message.kind === kind;
}

function isSequence(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
