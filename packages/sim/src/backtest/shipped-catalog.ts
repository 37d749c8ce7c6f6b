import type { AbstentionCode } from '@holdfast/strategies';
import type { ReasonCatalog } from './reasons.ts';

/** Every name by which a shipped strategy leaves something alone; the compiler keeps it whole. */
const ABSTENTIONS: Readonly<Record<AbstentionCode, string>> = {
  SmileTooFewQuotes: 'Too few quotes of the expiry can be fitted.',
  SmileFitPoor: 'The fitted smile is too far from its quotes.',
  SmileArbitrage: 'The fitted smile would allow an arbitrage.',
  SmileInputInvalid: 'What was to be fitted is no market.',
  SmileDrifted: 'The smile moved further than the guard believes.',
  SmileNotFinite: 'A number of the fit is none.',
  SmileGuardUnset: 'The policy has no figures for the guard of smiles.',
  ChainThin: 'The expiry has too few two-sided quotes.',
  IndexMissing: 'The index of the coin is unknown or old.',
  HistoryTooShort: 'Too few samples of the past.',
  VolatilityNotLow: 'Volatility is not below its level.',
  NoLegAtDelta: 'No option of a side is near the delta wanted.',
  BookTooOld: 'A book is older than an order may trust.',
  SizeTooSmall: 'What is offered is less than an order takes.',
  EdgeTooSmall: 'The edge of a leg does not cover its fee and margin.',
  NoRichAndCheapPair: 'No option is cheap, or none is rich.',
  GroupUnresolved: 'The own group is neither whole nor gone.',
  ExpiryInUse: 'Something is held or working in the expiry.',
  GroupsFull: 'As many groups are held as may be.',
  Waiting: 'The expiry is left alone for a while.',
  PositionUnplaced: 'Something is held whose expiry nobody lists.',
};

/**
 * The catalog of strategies that run as they are: their orders go by the runtime's own reasons.
 * Dormant is what no recorded branch has met; whoever meets one takes it off.
 */
export const SHIPPED_CATALOG: ReasonCatalog = Object.freeze<ReasonCatalog>({
  reasons: {},
  outcomes: ABSTENTIONS,
  dormant: [
    'containment_rescue',
    'containment_close',
    'containment_hedge',
    'settled',
    'unexplained_fill',
  ],
});
