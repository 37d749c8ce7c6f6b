import type { Placement } from './checkers/checker.ts';

const PLACES = /"method":"private\/(?:buy|sell)"/;

/** The order a frame would make; null for any other frame. */
export function placementOf(text: string): Placement | null {
  if (!PLACES.test(text)) return null;
  const { params } = JSON.parse(text) as { readonly params: Readonly<Record<string, unknown>> };
  return { label: String(params['label']), reduceOnly: params['reduce_only'] === true };
}
