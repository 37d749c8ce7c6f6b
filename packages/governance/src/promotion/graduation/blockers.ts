/** One reason why a gate does not open: its structured form, and the key made from it (3.4). */
import { assert } from '@holdfast/core';
import { type Gate, MEASURED_AT, type Stage } from '../stage.ts';
import { type BlockerKind, CATALOGUE, type CatalogueEntry } from './catalogue.ts';
import { fixed2 } from './fixed2.ts';

type Measured = Exclude<Stage, 'limited_live'>;
type Coded<K> = K extends `{stage}${infer Rest}` ? `${Measured}${Rest}` : K;
export type BlockerCode = Coded<BlockerKind>;

/** As it stands in JSON. What fails is `value comparator limit`. */
export interface Blocker {
  readonly code: BlockerCode;
  readonly gate: Gate;
  readonly measured_stage: Stage;
  readonly value: number;
  readonly limit: number;
  readonly comparator: '<' | '>';
  /** Of a ratio. */
  readonly numerator?: number;
  readonly denominator?: number;
  /** What is present: gaps, or the entry. */
  readonly items?: readonly string[];
  readonly remediation: string;
}

type Operands = Pick<Blocker, 'value' | 'limit' | 'numerator' | 'denominator' | 'items'>;

export function blockerOf(kind: BlockerKind, gate: Gate, operands: Operands): Blocker {
  const { comparator, remedy }: CatalogueEntry = CATALOGUE[kind];
  return {
    code: codeOf(kind, gate),
    gate,
    measured_stage: MEASURED_AT[gate],
    ...operands,
    comparator,
    remediation: remedy,
  };
}

function codeOf(kind: BlockerKind, gate: Gate): BlockerCode {
  return kind.replace('{stage}', MEASURED_AT[gate]) as BlockerCode;
}

/** Back from the code: the gate says which stage stands in it. */
const KINDS: ReadonlyMap<string, BlockerKind> = new Map(
  (Object.keys(CATALOGUE) as BlockerKind[]).flatMap((kind) =>
    CATALOGUE[kind].gates.map((gate) => [codeOf(kind, gate), kind] as const),
  ),
);

export function entryOf({ code }: Pick<Blocker, 'code'>): CatalogueEntry {
  const kind = KINDS.get(code);
  assert(kind !== undefined, 'a blocker is made from its entry in the catalogue');
  return CATALOGUE[kind];
}

/** `paper_normal_streak_below:6/8`. */
export function blockerKey(blocker: Blocker): string {
  const { code, value, limit, items = [] } = blocker;
  const operands = entryOf(blocker).operands.replaceAll(
    /\{(value|limit|items)(\.2)?\}/g,
    (_, name: string, decimals: string | undefined) => {
      if (name === 'items') return items.join(',');
      const number = name === 'value' ? value : limit;
      return decimals === undefined ? String(number) : fixed2(number);
    },
  );
  return code + operands;
}
