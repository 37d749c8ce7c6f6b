/** A judgement: yes, or no with at least one reason. There is no empty no. */
export type Verdict<R> =
  | { readonly pass: true }
  | { readonly pass: false; readonly reasons: readonly [R, ...R[]] };

export const PASS: Verdict<never> = Object.freeze({ pass: true });

export function refuse<R>(first: R, ...rest: R[]): Verdict<R> {
  return { pass: false, reasons: [first, ...rest] };
}
