/** A planted bug: one exact change of one file, and the checkers that must find it. */

/** The six classes every room must be proved against, and others a reviewer would think of. */
export const CLASSES = [
  'drop the sending marker',
  'skip a dedupe',
  'forget a release',
  'trust a stale book',
  'resend on timeout',
  'ignore a gap',
  'read silence as an answer',
  'open a latch unasked',
  'believe other positions',
  'let a ceiling rise',
  'forget the operator',
  'waive for risk',
  'lie about the disk',
  'leave a pair broken',
] as const;

export interface Plant {
  /** Kebab-case, for `--only`. */
  readonly name: string;
  readonly class: (typeof CLASSES)[number];
  /** What the bug does, in a sentence. */
  readonly does: string;
  /** Relative to the root of the project. */
  readonly file: string;
  /** Exact text; it must occur once. */
  readonly find: string;
  readonly replace: string;
  /** Any of these may be the one that finds it. */
  readonly caughtBy: readonly string[];
  /** Where it is hunted: in fuzzed worlds, or in the scenarios where none of those reaches it. */
  readonly ground: Ground;
}

export type Ground = 'worlds' | 'scenarios';

export type Planted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string };

/** The text of a file with the bug in it. */
export function plantIn(text: string, { find, replace }: Plant): Planted {
  const pieces = text.split(find);
  if (pieces.length === 2) return { ok: true, text: pieces.join(replace) };
  const times = pieces.length - 1;
  const why = `its place occurs ${times} times, once is needed: ${find.split('\n', 1)[0] ?? ''}`;
  return { ok: false, why };
}
