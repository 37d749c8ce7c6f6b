/** What a reason belongs to (RM 8.2, RX-3). */
export interface Reason {
  readonly family: string;
  readonly layer: ReasonLayer;
}

export const REASON_LAYERS = ['core', 'secondary', 'bridge'] as const;
export type ReasonLayer = (typeof REASON_LAYERS)[number];

/**
 * Every reason that rows may carry, and every name that a step without a decision may go by. What
 * is not in it is an error, never an empty cell (RX-4).
 */
export interface ReasonCatalog {
  readonly reasons: Readonly<Record<string, Reason>>;
  /** No-action outcomes, with what they mean. */
  readonly outcomes: Readonly<Record<string, string>>;
  /** Reasons that are known never to be reached by what runs today. */
  readonly dormant: readonly string[];
}

/** Reasons of the runtime itself, which every catalog has: what no decision of a hook brought. */
export const RUNTIME_REASONS = {
  /** An opening order that a strategy proposed. */
  strategy_open: { family: 'strategy', layer: 'core' },
  /** A reduce-only order that a strategy proposed. */
  strategy_close: { family: 'strategy', layer: 'core' },
  containment_rescue: { family: 'containment', layer: 'bridge' },
  containment_close: { family: 'containment', layer: 'secondary' },
  containment_hedge: { family: 'containment', layer: 'bridge' },
  /** The venue settled it at expiry. */
  settled: { family: 'settlement', layer: 'secondary' },
  /** A trade in the account that no order of ours explains. */
  unexplained_fill: { family: 'venue', layer: 'secondary' },
} as const satisfies Readonly<Record<string, Reason>>;

/** Why the runtime itself had nothing to ask, by name. */
const RUNTIME_OUTCOMES = {
  proposed: 'The look ended in a proposal.',
  mode_not_active: 'The mode forbids opening, and nothing had to be closed.',
  in_flight: 'An order of the strategy was still working.',
  not_asked: 'The bar was over before the engine asked.',
} as const;

/** The reason of that code; null where no catalog knows it. */
export function reasonOf(catalog: ReasonCatalog, code: string): Reason | null {
  if (Object.hasOwn(RUNTIME_REASONS, code)) {
    return RUNTIME_REASONS[code as keyof typeof RUNTIME_REASONS];
  }
  return Object.hasOwn(catalog.reasons, code) ? (catalog.reasons[code] ?? null) : null;
}

/** Whether a step without a decision may go by that name. */
export function hasOutcome(catalog: ReasonCatalog, code: string): boolean {
  return Object.hasOwn(RUNTIME_OUTCOMES, code) || Object.hasOwn(catalog.outcomes, code);
}
