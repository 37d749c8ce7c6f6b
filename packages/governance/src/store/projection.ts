/**
 * A projection is a document that was folded from a chain, as `policy_ledger.json` is (D-41). It
 * says from which chain, as it ended then; where one does not fit, who relies on it refuses.
 */
import { closed, createParser } from '@holdfast/core/parse';
import { digestIfAny, digestOf, NO_HASH } from '@holdfast/runtime/proof';
import { Type } from 'typebox';
import { type ChainHead, isSameHead } from './event.ts';

/** What a projection has under `chain_head`. */
export const ChainHeadSchema = closed({
  seq: Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER }),
  hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
const parseHead = createParser(ChainHeadSchema);

export type ProjectionFaultCode =
  /** Nobody can tell what it was folded from. */
  | 'projection_without_head'
  /** The chain has gone on. */
  | 'projection_behind'
  /** It tells of events that the chain has not: the chain was cut, or is another one. */
  | 'projection_ahead'
  /** It was folded from another chain of the same length. */
  | 'projection_of_other_chain'
  /** It says which chain it was folded from, and is not what that chain adds up to. */
  | 'projection_edited';

export interface ProjectionFault {
  readonly ok: false;
  readonly code: ProjectionFaultCode;
  readonly detail: string;
}

/** The view with the head it was folded up to. */
export function withChainHead<V extends object>(
  view: V,
  { seq, hash }: ChainHead,
): V & { readonly chain_head: ChainHead } {
  return { ...view, chain_head: { seq, hash } };
}

/** Why the view is not of the chain that ends with `head`; null where it is. */
export function projectionFault(view: unknown, head: ChainHead): ProjectionFault | null {
  const carried: unknown =
    typeof view === 'object' && view !== null ? Reflect.get(view, 'chain_head') : undefined;
  const parsed = parseHead(carried);
  if (!parsed.ok) {
    const [{ path, message }] = parsed.violations;
    return fault('projection_without_head', `/chain_head${path} ${message}`);
  }
  const { seq, hash } = parsed.value;
  if (seq < 0 !== (hash === NO_HASH)) {
    return fault('projection_without_head', `event ${seq} cannot be ${hash}`);
  }
  if (isSameHead(parsed.value, head)) return null;
  const detail = `folded up to ${seq} ${hash}, the chain ends with ${head.seq} ${head.hash}`;
  if (seq < head.seq) return fault('projection_behind', detail);
  if (seq > head.seq) return fault('projection_ahead', detail);
  return fault('projection_of_other_chain', detail);
}

/** As `projectionFault`, and whether it is what the chain adds up to: `folded`, with its head. */
export function viewFault(
  view: unknown,
  folded: { readonly chain_head: ChainHead },
): ProjectionFault | null {
  const wrong = projectionFault(view, folded.chain_head);
  if (wrong !== null) return wrong;
  const [found, wanted] = [digestIfAny(view), digestOf(folded)];
  if (found === wanted) return null;
  return fault('projection_edited', `is ${found ?? 'no JSON'}, the chain adds up to ${wanted}`);
}

function fault(code: ProjectionFaultCode, detail: string): ProjectionFault {
  return { ok: false, code, detail };
}
