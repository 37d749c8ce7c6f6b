/** A kind of weather: everything by which one synthetic market differs from another. */
export interface Regime {
  readonly name: 'calm' | 'trend' | 'crash' | 'illiquid' | 'gap';
  /** Of the index, per square root of a year. */
  readonly indexVol: number;
  /** Log drift of the index per hour; its sign is the seed's. */
  readonly driftPerHour: number;
  /** Of the logarithm of short volatility, per square root of an hour. */
  readonly volOfVol: number;
  /** Log fall of the index at full stress; 0: no stress ever comes. */
  readonly crashDepth: number;
  /** Mean time between vanishings of all quotes, ms; 0: never. */
  readonly gapEveryMs: number;
  readonly spreadScale: number;
  /** Mean size at the best price of a liquid option, USD of underlying. */
  readonly meanUsd: number;
  /** Share of the time that one side of a liquid option is not quoted. */
  readonly oneSided: number;
  /** Share of the time that an option says nothing. */
  readonly silent: number;
  readonly tradesPerSecond: number;
  /** Mean time between two mispricings of one coin, ms; 0: none is ever mispriced. */
  readonly mispricingEveryMs: number;
  /** Two options of one expiry and type at once, one cheap and one rich. */
  readonly mispricedPairs: boolean;
  readonly note: string;
}

const CALM: Regime = {
  name: 'calm',
  indexVol: 0.35,
  driftPerHour: 0,
  volOfVol: 0.04,
  crashDepth: 0,
  gapEveryMs: 0,
  spreadScale: 1,
  meanUsd: 400_000,
  oneSided: 0.01,
  silent: 0,
  tradesPerSecond: 2,
  mispricingEveryMs: 12_000,
  mispricedPairs: false,
  note: 'calm: narrow spreads, no drift, one-sided quotes rare',
};

export const REGIMES: ReadonlyMap<string, Regime> = new Map(
  [
    CALM,
    {
      ...CALM,
      name: 'trend',
      indexVol: 0.45,
      driftPerHour: 0.03,
      mispricingEveryMs: 20_000,
      tradesPerSecond: 4,
      note: 'trend: the index drifts by 3 % an hour, up or down by the seed',
    } as const,
    {
      ...CALM,
      name: 'crash',
      indexVol: 0.5,
      volOfVol: 0.1,
      crashDepth: 0.038,
      tradesPerSecond: 8,
      mispricingEveryMs: 7_000,
      mispricedPairs: true,
      note:
        'crash: a flash crash. From about 18 s on makers are nervous: once one of their quotes ' +
        'is taken they price its whole expiry anew, and whoever wanted two of the old quotes ' +
        'gets one. At about 34 s the index falls by some 3.5 % within 15 s, volatility and skew ' +
        'jump, options quote wide and thin, and the futures wider still; then it comes back, ' +
        'and within a minute of its beginning it is over',
    } as const,
    {
      ...CALM,
      name: 'illiquid',
      spreadScale: 4,
      meanUsd: 60_000,
      oneSided: 0.25,
      silent: 0.35,
      tradesPerSecond: 0.1,
      mispricingEveryMs: 0,
      note: 'illiquid: wide and thin, a quarter of the quotes one-sided, a third silent',
    } as const,
    {
      ...CALM,
      name: 'gap',
      indexVol: 0.5,
      gapEveryMs: 45_000,
      mispricingEveryMs: 40_000,
      note:
        'gap: every minute or so all quotes vanish for 3 to 8 s and come back 1.5 to 4 % away, ' +
        'up or down',
    } as const,
  ].map((regime) => [regime.name, regime]),
);
