import type { Fault, FaultCode } from '../fault.ts';
import type { Done } from '../run/backend.ts';

/** Bytes of one output that are held; what is printed beyond it is counted and dropped. */
export const OUTPUT_MAX = 4 << 20;
/** Bytes of one file that may be read, written or kept for undoing. */
export const FILE_MAX = 64 << 20;

/** A no of these hands: nothing was changed. */
export function fault(code: FaultCode, operand: string, message: string): Fault {
  return { code, operand, place: '', message };
}

/** A value, a refusal for the scope, or trouble with the world. */
export type Try<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refused: Fault }
  | { readonly ok: false; readonly refused: null; readonly why: string };

export const refuse = (refused: Fault): { ok: false; refused: Fault } => ({ ok: false, refused });

export const trouble = (why: string): { ok: false; refused: null; why: string } => ({
  ok: false,
  refused: null,
  why,
});

/** What a finished action answers. */
export function doneOf(tried: Try<Uint8Array>): Done {
  if (tried.ok) return { ok: true, exitCode: null, output: tried.value };
  if (tried.refused !== null) return tried;
  return { ...tried, exitCode: null, output: Buffer.from(tried.why) };
}

export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
