/**
 * What the promotion guard demands (section 4.1), from environment, file and what is built in, in
 * this order. Nothing that was set and cannot be used is passed over: every fault is told, and with
 * one of them there is no guard to ask (section 4.2, G-04).
 */
import { join } from 'node:path';
import { assert } from '@holdfast/core';
import { closed, createParser } from '@holdfast/core/parse';
import { digestOf } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { GATED_STATUSES, type GatedStatus, isGated, readStatus } from '../registry/status.ts';
import { type Gate, GATES, rankOf, stageOf } from '../stage.ts';

export const CONFIG_PATH = 'config/governance/promotion_guard.yaml';
export const CONFIG_VARIABLE = 'PROMOTION_GUARD_CONFIG';

export interface PromotionGuardConfig {
  readonly ledgerPath: string;
  readonly diaryPath: string;
  readonly stageRequirements: Readonly<Record<GatedStatus, Gate>>;
  /** In lower case, each once, in the order they were named. */
  readonly requiredRegimes: readonly string[];
  readonly minDecisionsPerRegime: number;
  /** What a decision's own confidence in its regime must reach to count (4.4). */
  readonly minRegimeConfidence: number;
  /** For which statuses regimes are asked; sorted. */
  readonly regimeGateStatuses: readonly GatedStatus[];
}

/** What D-19 asks of each status; a file may ask for more and never for less. */
export const DEFAULT_GUARD_CONFIG: PromotionGuardConfig = Object.freeze({
  ledgerPath: 'artifacts/governance/policy_ledger.json',
  diaryPath: 'artifacts/governance/decision_diary.json',
  stageRequirements: Object.freeze({
    approved: 'paper',
    approved_fallback: 'paper',
    approved_default: 'paper',
    pilot_active: 'pilot',
    active: 'limited_live',
  }),
  requiredRegimes: Object.freeze(['balanced', 'bullish', 'bearish', 'dislocated']),
  minDecisionsPerRegime: 3,
  minRegimeConfidence: 0.5,
  regimeGateStatuses: Object.freeze([...GATED_STATUSES].sort()),
});

export type ConfigVariable =
  | typeof CONFIG_VARIABLE
  | 'POLICY_LEDGER_PATH'
  | 'DECISION_DIARY_PATH'
  | 'PROMOTION_REQUIRED_REGIMES'
  | 'PROMOTION_MIN_REGIME_COUNT';

export type ConfigFaultCode =
  | 'config_missing'
  | 'config_malformed'
  | `config_unknown_key:${string}`
  | `env_empty:${ConfigVariable}`
  | `env_invalid:${ConfigVariable}`
  | `unknown_stage:${string}`
  | `unknown_status:${string}`;

export interface ConfigFault {
  readonly code: ConfigFaultCode;
  readonly detail: string;
}

/** The start ends here, with exit 2 at a command line. */
export interface PromotionGuardConfigError {
  readonly ok: false;
  readonly name: 'PromotionGuardConfigError';
  readonly faults: readonly [ConfigFault, ...ConfigFault[]];
}

export type GuardConfigRead =
  | {
      readonly ok: true;
      readonly config: PromotionGuardConfig;
      /** SHA-256 of its canonical JSON: what a verdict says it was made by. */
      readonly digest: string;
    }
  | PromotionGuardConfigError;

/** What was found where the file should be; `none` only where nobody asked for one. */
export type ConfigSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly faults: readonly ConfigFault[] }
  | { readonly kind: 'document'; readonly value: unknown };

export type Variables = Readonly<Record<string, string | undefined>>;

const ANY_KEY = Type.String({ pattern: '^[\\s\\S]*$' });
const text = Type.String({ pattern: '\\S' });
const count = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

const DocumentSchema = closed({
  ledger_path: Type.Optional(text),
  diary_path: Type.Optional(text),
  stage_requirements: Type.Optional(
    Type.Record(ANY_KEY, Type.String(), { additionalProperties: false }),
  ),
  required_regimes: Type.Optional(Type.Array(text, { minItems: 1 })),
  min_decisions_per_regime: Type.Optional(count),
  min_decisions: Type.Optional(count),
  min_regime_confidence: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
  regime_gate_statuses: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
});
const parseDocument = createParser(DocumentSchema);

type Draft = { -readonly [K in keyof PromotionGuardConfig]?: PromotionGuardConfig[K] };

/** @param home what `~` stands for. */
export function resolveGuardConfig(
  source: ConfigSource,
  variables: Variables,
  home: string,
): GuardConfigRead {
  const faults: ConfigFault[] = source.kind === 'fault' ? [...source.faults] : [];
  const drafted = source.kind === 'document' ? readDocument(source.value, faults) : {};
  const config = { ...DEFAULT_GUARD_CONFIG, ...drafted, ...readVariables(variables, faults) };
  const [first, ...rest] = faults;
  if (first !== undefined) {
    return { ok: false, name: 'PromotionGuardConfigError', faults: [first, ...rest] };
  }
  const whole: PromotionGuardConfig = Object.freeze({
    ...config,
    ledgerPath: expand(config.ledgerPath, home),
    diaryPath: expand(config.diaryPath, home),
  });
  return { ok: true, config: whole, digest: digestOf(effectiveDocument(whole)) };
}

/** As a file would say it, with every key: what is logged once and what the digest is of. */
export function effectiveDocument(config: PromotionGuardConfig): Readonly<Record<string, unknown>> {
  return {
    ledger_path: config.ledgerPath,
    diary_path: config.diaryPath,
    stage_requirements: config.stageRequirements,
    required_regimes: config.requiredRegimes,
    min_decisions_per_regime: config.minDecisionsPerRegime,
    min_regime_confidence: config.minRegimeConfidence,
    regime_gate_statuses: config.regimeGateStatuses,
  };
}

/** `~` and `~/x`; `~ana` is somebody else's and stays as it is. */
export function expand(path: string, home: string): string {
  const wanted = path.trim();
  if (wanted === '~') return home;
  return wanted.startsWith('~/') ? join(home, wanted.slice(2)) : wanted;
}

function readDocument(value: unknown, faults: ConfigFault[]): Draft {
  const malformed = (detail: string): void => {
    faults.push({ code: 'config_malformed', detail });
  };
  const root = rootOf(value, faults);
  if (root === null) {
    malformed('it is no mapping');
    return {};
  }
  const {
    min_decisions_per_regime: wanted,
    min_decisions: alias,
    ...said
  } = soundKeys(root, faults);
  if (wanted !== undefined && alias !== undefined) {
    malformed('min_decisions is min_decisions_per_regime; one of them is said');
  }
  const least = wanted ?? alias;
  const draft: Draft = {};
  if (said.ledger_path !== undefined) draft.ledgerPath = said.ledger_path;
  if (said.diary_path !== undefined) draft.diaryPath = said.diary_path;
  if (said.required_regimes !== undefined) draft.requiredRegimes = labels(said.required_regimes);
  if (least !== undefined) draft.minDecisionsPerRegime = least;
  if (said.min_regime_confidence !== undefined) {
    draft.minRegimeConfidence = said.min_regime_confidence;
  }
  if (said.stage_requirements !== undefined) {
    draft.stageRequirements = readRequirements(said.stage_requirements, faults);
  }
  if (said.regime_gate_statuses !== undefined) {
    draft.regimeGateStatuses = readGateStatuses(said.regime_gate_statuses, faults);
  }
  return draft;
}

/** All that can be read of it, so that a fault in one key hides none in another. */
function soundKeys(root: object, faults: ConfigFault[]): Static<typeof DocumentSchema> {
  const parsed = parseDocument(root);
  if (parsed.ok) return parsed.value;
  const broken = new Set<string>();
  for (const { path, rule, message } of parsed.violations) {
    const key = keyOf(path);
    broken.add(key);
    if (rule === 'unknown_key') faults.push(unknownKey(key));
    else faults.push({ code: 'config_malformed', detail: `${path} ${message}` });
  }
  const rest = parseDocument(
    Object.fromEntries(Object.entries(root).filter(([key]) => !broken.has(key))),
  );
  assert(rest.ok, 'what is left without the broken keys is sound');
  return rest.value;
}

/** The outermost key a violation lies below. */
function keyOf(path: string): string {
  return (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The mapping below `promotion_guard`, or the document itself; null where it is none. */
function rootOf(value: unknown, faults: ConfigFault[]): object | null {
  if (!isMapping(value)) return null;
  if (!Object.hasOwn(value, 'promotion_guard')) return value;
  for (const key of Object.keys(value)) {
    if (key !== 'promotion_guard') faults.push(unknownKey(key));
  }
  const inner = value['promotion_guard'];
  return isMapping(inner) ? inner : null;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownKey(key: string): ConfigFault {
  return { code: `config_unknown_key:${key}`, detail: `${key} is no key of the promotion guard` };
}

function readRequirements(
  said: Readonly<Record<string, string>>,
  faults: ConfigFault[],
): PromotionGuardConfig['stageRequirements'] {
  const stages = new Map<GatedStatus, Gate>();
  const malformed = (detail: string): void => {
    faults.push({ code: 'config_malformed', detail: `/stage_requirements ${detail}` });
  };
  for (const [key, stageText] of Object.entries(said)) {
    const read = readStatus(key);
    const stage = stageOf(stageText);
    if (!read.ok) faults.push({ code: read.code, detail: `/stage_requirements ${key}` });
    if (stage === null) {
      const wanted = stageText.trim().toLowerCase();
      faults.push({ code: `unknown_stage:${wanted}`, detail: `/stage_requirements ${key}` });
    }
    if (!read.ok || stage === null) continue;
    const { status } = read;
    if (!isGated(status)) malformed(`${status} is never guarded`);
    else if (stages.has(status)) malformed(`${status} stands twice`);
    else {
      const least = DEFAULT_GUARD_CONFIG.stageRequirements[status];
      if (!isGate(stage) || rankOf(stage) < rankOf(least)) {
        malformed(`${status} needs ${least}, and ${stage} is lower`);
      }
      stages.set(status, isGate(stage) ? stage : least);
    }
  }
  for (const status of GATED_STATUSES) {
    if (!stages.has(status)) malformed(`names no stage for ${status}`);
  }
  return { ...DEFAULT_GUARD_CONFIG.stageRequirements, ...Object.fromEntries(stages) };
}

function isGate(stage: string): stage is Gate {
  return GATES.some((each) => each === stage);
}

function readGateStatuses(said: readonly string[], faults: ConfigFault[]): readonly GatedStatus[] {
  const statuses = new Set<GatedStatus>();
  for (const each of said) {
    const read = readStatus(each);
    if (!read.ok) faults.push({ code: read.code, detail: '/regime_gate_statuses' });
    else if (isGated(read.status)) statuses.add(read.status);
    else {
      const detail = `/regime_gate_statuses ${read.status} is never guarded`;
      faults.push({ code: 'config_malformed', detail });
    }
  }
  return [...statuses].sort();
}

function readVariables(variables: Variables, faults: ConfigFault[]): Draft {
  const valueOf = (name: ConfigVariable): string | null => {
    const value = variables[name]?.trim();
    if (value === '') {
      faults.push({ code: `env_empty:${name}`, detail: `${name} is set to nothing; unset it` });
    }
    return value === undefined || value === '' ? null : value;
  };
  const invalid = (name: ConfigVariable, detail: string): void => {
    faults.push({ code: `env_invalid:${name}`, detail: `${name} ${detail}` });
  };
  const draft: Draft = {};
  const ledgerPath = valueOf('POLICY_LEDGER_PATH');
  const diaryPath = valueOf('DECISION_DIARY_PATH');
  const regimes = valueOf('PROMOTION_REQUIRED_REGIMES');
  const least = valueOf('PROMOTION_MIN_REGIME_COUNT');
  // Only that it is not blank; where it leads is the file reader's.
  valueOf(CONFIG_VARIABLE);
  if (ledgerPath !== null) draft.ledgerPath = ledgerPath;
  if (diaryPath !== null) draft.diaryPath = diaryPath;
  if (regimes !== null) {
    draft.requiredRegimes = labels(regimes.split(','));
    if (draft.requiredRegimes.length === 0) {
      invalid('PROMOTION_REQUIRED_REGIMES', 'names no regime');
    }
  }
  if (least !== null) {
    const number = /^[0-9]+$/.test(least) ? Number(least) : 0;
    if (number >= 1 && Number.isSafeInteger(number)) draft.minDecisionsPerRegime = number;
    else invalid('PROMOTION_MIN_REGIME_COUNT', `is ${least}, and not a whole number from 1 on`);
  }
  return draft;
}

function labels(said: readonly string[]): readonly string[] {
  const trimmed = said.map((each) => each.trim().toLowerCase());
  return [...new Set(trimmed.filter((each) => each !== ''))];
}
