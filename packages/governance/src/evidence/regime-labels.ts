/** Which words there are for a regime (section 4.4, G-24): others are mapped or refused. */

export interface RegimeLabels {
  /** In lower case. */
  readonly regimes: readonly string[];
  /** `regime_aliases`: other words for them. */
  readonly aliases: Readonly<Record<string, string>>;
}

export const REGIMES = ['balanced', 'bullish', 'bearish', 'dislocated'] as const;
export type Regime = (typeof REGIMES)[number];

/** What our own classifier says, and no other word for it. */
export const OWN_LABELS: RegimeLabels = { regimes: REGIMES, aliases: {} };

/** Trimmed, in lower case, by its own name. Null: no word for a regime. */
export function regimeOf(labels: RegimeLabels, text: string): string | null {
  const label = text.trim().toLowerCase();
  const named = Object.hasOwn(labels.aliases, label) ? labels.aliases[label] : label;
  return labels.regimes.find((regime) => regime === named) ?? null;
}
