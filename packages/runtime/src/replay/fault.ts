/** Why something cannot be put on a tape, or not be read from one. */
export type TapeFaultCode =
  /** Not one of ours, or not whole enough to say. */
  | 'not_a_tape'
  /** What `holdfast record` writes: the venue's words to everybody, and nothing of the core's. */
  | 'market_tape'
  | 'unknown_format'
  /** A checksum, a number or a length that no crash explains. */
  | 'tape_damaged'
  /** Sound bytes that spell no value. */
  | 'tape_unreadable'
  /** A value that would not come back as it was. */
  | 'value_refused'
  /** No room for more. */
  | 'queue_full';

export interface TapeFault {
  readonly code: TapeFaultCode;
  readonly detail: string;
}

export function tapeFault(code: TapeFaultCode, detail: string): Error {
  const fault: TapeFault = { code, detail };
  return new Error(`${code}: ${detail}`, { cause: fault });
}

/** The fault behind an error; null when it was something else. */
export function tapeFaultOf(error: unknown): TapeFault | null {
  if (!(error instanceof Error) || !isFault(error.cause)) return null;
  return error.cause;
}

function isFault(cause: unknown): cause is TapeFault {
  return typeof cause === 'object' && cause !== null && 'code' in cause && 'detail' in cause;
}
