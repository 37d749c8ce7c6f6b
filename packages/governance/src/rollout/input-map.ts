/**
 * Every gate input of the rollout specification, and what it is of an options strategy here (D-42).
 * What has no real measure does not exist (D-22): it is told with its reason, and never as nought.
 */
import type { MetricId } from './metric.ts';
import type { SourceName } from './source-files.ts';

export type InputAnswer =
  /** The monitor measures it from closed trades. */
  | { readonly kind: 'measured'; readonly by: MetricId }
  /** It is read from a source of the folder. */
  | { readonly kind: 'read'; readonly from: SourceName }
  | { readonly kind: 'not_applicable'; readonly reason: string };

export interface GateInput {
  /** As the specification calls it. */
  readonly input: string;
  /** Of the rollout specification. */
  readonly section: '2.5' | '4.1' | '8.6' | '8.8' | '8.10';
  readonly answer: InputAnswer;
}

const measured = (section: GateInput['section'], input: string, by: MetricId): GateInput => ({
  input,
  section,
  answer: { kind: 'measured', by },
});

const read = (input: string, from: SourceName): GateInput => ({
  input,
  section: '8.8',
  answer: { kind: 'read', from },
});

const none = (section: GateInput['section'], reason: string, ...inputs: readonly string[]) =>
  inputs.map(
    (input): GateInput => ({ input, section, answer: { kind: 'not_applicable', reason } }),
  );

const NO_MODEL = 'no language model and no forecast decides here';
const NO_FEATURES = 'strategies read books and surfaces, whose age and gaps the core vetoes live';
const NO_EVENT_STUDY = 'no event study is made, and a made-up one is no evidence (D-22)';
const NO_CONFIDENCE = 'strategies state no confidence that could be calibrated';
const NO_FRAGILITY = 'risk is bounded order by order in the core; there is no fragility score';
const LIVE_ONLY = 'measured on orders by the runtime and judged by the promotion gate';
const NO_REGIMES = 'regimes are judged by the promotion gate, over the decision diary';

export const INPUT_MAP: readonly GateInput[] = [
  measured('8.6', 'next-open average return delta', 'net_return_delta'),
  measured('8.6', 'next-open profit factor delta', 'profit_factor_delta'),
  measured('8.6', 'next-open max drawdown', 'max_drawdown'),
  measured('8.6', 'max loss streak', 'max_loss_streak'),
  measured('8.6', 'next-open +20 bps per side CAGR delta', 'stressed_return_delta'),
  measured('8.6', 'over-removal count', 'over_removals'),
  measured('8.6', 'observe-removal count', 'observe_removals'),
  measured('8.6', 'robust local-sensitivity cases', 'robust_sensitivity_cases'),
  measured('8.6', 'extra BUY overlap loss', 'entry_overlap_loss'),
  measured('8.6', 'extra SELL overlap loss', 'exit_overlap_loss'),

  read('daily manifest', 'manifest'),
  read('monitor health', 'health'),
  read('monitor history', 'history'),
  read('divergence log', 'divergence'),
  read('branch status', 'branches'),
  read('golden regression', 'golden'),
  read('no-silent-path', 'noSilentPath'),
  read('golden manifest', 'goldenManifest'),

  measured('8.10', 'average return delta', 'net_return_delta'),
  measured('8.10', 'profit factor delta', 'profit_factor_delta'),
  measured('8.10', 'over-removals', 'over_removals'),
  measured('8.10', 'observe-removals', 'observe_removals'),
  measured('8.10', 'extra BUY overlap loss', 'entry_overlap_loss'),
  measured('8.10', 'extra SELL overlap loss', 'exit_overlap_loss'),
  measured('8.10', 'max loss streak', 'max_loss_streak'),
  measured('8.10', 'max drawdown', 'max_drawdown'),
  measured('8.10', '+20 bps per side return', 'stressed_return_delta'),
  ...none(
    '8.10',
    'options are held to an expiry or a stop; a bucket of short holdings has no meaning of its own',
    'short-holding bucket',
  ),
  ...none('8.10', NO_REGIMES, 'anchored walk-forward', 'rolling walk-forward'),
  ...none(
    '8.10',
    'told by over-removals and observe-removals, which count every removed trade',
    'removed set win rate',
    'removed set average return',
  ),
  ...none(
    '8.10',
    'told by drawdown and loss streak; no threshold of it stands in the specification',
    'worst five-trade sum',
    'drawdown duration',
  ),

  ...none(
    '2.5',
    NO_FEATURES,
    'feature schema version',
    'required-feature null rate',
    'feature staleness p95',
    'symbol coverage',
  ),
  ...none('2.5', NO_REGIMES, 'negative fold ratio', 'net PnL cv', 'regime slice pass ratio'),
  ...none('2.5', LIVE_ONLY, 'decision count', 'trade count', 'net PnL', 'turnover ratio'),
  ...none('2.5', LIVE_ONLY, 'cost bps', 'order count', 'mean absolute slippage'),
  ...none('2.5', LIVE_ONLY, 'mean absolute shortfall', 'churn ratio', 'realised shortfall'),
  ...none('2.5', LIVE_ONLY, 'shortfall divergence', 'kill-switch dry run', 'rollback dry run'),
  measured('2.5', 'max drawdown', 'max_drawdown'),
  ...none('2.5', 'told by drawdown itself, and by the return beside it', 'return over drawdown'),
  ...none('2.5', NO_FRAGILITY, 'fragility score', 'fragility state', 'stability mode'),
  ...none('2.5', NO_MODEL, 'LLM error ratio', 'forecast fallback rate', 'forecast latency p95'),
  ...none('2.5', NO_MODEL, 'forecast calibration score'),
  ...none('2.5', NO_EVENT_STUDY, 'janus event count', 'janus reward count'),
  ...none('2.5', NO_CONFIDENCE, 'calibration error', 'expected-shortfall coverage'),
  ...none('2.5', NO_CONFIDENCE, 'coverage error', 'shift score', 'average interval width'),
  ...none('2.5', NO_CONFIDENCE, 'target coverage', 'observed coverage'),

  ...none('4.1', NO_FEATURES, 'null rate', 'staleness p95', 'duplicate ratio', 'schema mismatch'),
  ...none('4.1', NO_CONFIDENCE, 'model calibration error'),
  ...none('4.1', NO_MODEL, 'model LLM error ratio'),
  ...none('4.1', LIVE_ONLY, 'net PnL', 'cost bps', 'execution fallback ratio'),
  measured('4.1', 'max drawdown ratio', 'max_drawdown'),
  ...none('4.1', NO_REGIMES, 'regime transition shock ratio', 'regime stale or defensive ratio'),
];
