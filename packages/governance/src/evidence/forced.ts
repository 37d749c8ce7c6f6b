/**
 * Why a decision was sent to paper (sections 1.4, 1.5). That its stage is paper is no fault of the
 * decision and does not count against it (D-20); anything else does, and so does a force nobody
 * gave a reason for. Every source is heard: one that denies hides no other (G-02).
 */
import { isObject, type Open } from './entry-schema.ts';

const CAUSES = ['stage_gate', 'drift', 'audit', 'guardrail', 'unspecified'] as const;
export type ForcedCause = (typeof CAUSES)[number];

/** `metadata.forced`: causes in the order of the list, reasons sorted, each once. */
export interface Forced {
  readonly value: boolean;
  readonly causes: readonly ForcedCause[];
  readonly reasons: readonly string[];
}

const COUNTERFACTUAL = 'counterfactual_guardrail_breach';
const RISK_GUARDRAIL = 'risk_guardrail_active';
const STAGE_GUARDRAIL = 'governance_release_stage_gate';

const PREFIXES: readonly (readonly [string, ForcedCause])[] = [
  ['release_stage_', 'stage_gate'],
  [STAGE_GUARDRAIL, 'stage_gate'],
  ['drift_', 'drift'],
  ['no_snapshot', 'drift'],
  ['confidence ', 'drift'],
  ['notional ', 'drift'],
  ['release_audit_', 'audit'],
  ['counterfactual_', 'guardrail'],
  ['risk_guardrail', 'guardrail'],
];

/** A reason of no known family is nobody's excuse. */
function causeOf(reason: string): ForcedCause {
  return PREFIXES.find(([prefix]) => reason.startsWith(prefix))?.[1] ?? 'unspecified';
}

/** What one source says: nothing where it does not force. */
interface Claim {
  readonly causes: readonly ForcedCause[];
  readonly reasons: readonly string[];
}

/** The parts of an entry in which a force may stand. */
export interface ForcedSources {
  readonly metadata: Open;
  readonly decision: Open;
}

export function classifyForced({ metadata, decision }: ForcedSources): Forced {
  const claims = [
    driftClaim(objectIn(metadata, 'drift_decision')),
    routerClaim(metadata),
    guardrailClaim(objectIn(metadata, 'guardrails')),
    guardrailClaim(objectIn(decision, 'guardrails')),
    storedClaim(objectIn(metadata, 'forced')),
  ].filter((claim) => claim !== null);
  const found = new Set(claims.flatMap(({ causes }) => causes));
  if (claims.length > 0 && isDrifting(severityOf(metadata))) found.add('drift');
  return {
    value: claims.length > 0,
    causes: CAUSES.filter((cause) => found.has(cause)),
    reasons: [...new Set(claims.flatMap(({ reasons }) => reasons))].sort(),
  };
}

/** Whether it counts as forced for ratios, streak and green span. */
export function isRiskForced({ value, causes }: Forced): boolean {
  return value && causes.some((cause) => cause !== 'stage_gate');
}

/** In lower case; `unknown` where there is none (G-03). */
export function severityOf(metadata: Open): string {
  const severity = objectIn(metadata, 'drift_decision')['severity'];
  const label = typeof severity === 'string' ? severity.trim().toLowerCase() : '';
  return label === '' ? 'unknown' : label;
}

function isDrifting(severity: string): boolean {
  return severity === 'warn' || severity === 'alert';
}

function driftClaim(drift: Open): Claim | null {
  if (!isTrue(drift['force_paper'])) return null;
  const gate = objectIn(drift, 'requirements')['release_stage_gate'];
  return claimOf(textsOf([drift['reason'], gate]));
}

/** `release_execution`, or the flat key older writers have in its place. */
function routerClaim(metadata: Open): Claim | null {
  const router = objectIn(metadata, 'release_execution');
  const list = router['forced_reasons'];
  const reasons = textsOf([router['forced_reason'], ...(Array.isArray(list) ? list : [list])]);
  const isForced = isTrue(router['forced']) || isTrue(metadata['release_execution_forced']);
  return isForced || reasons.length > 0 ? claimOf(reasons) : null;
}

/** The loop sets this force for its own stage gate, too: it says so beside it. */
function guardrailClaim(guardrails: Open): Claim | null {
  if (!isTrue(guardrails['force_paper'])) return null;
  const counterfactual = objectIn(guardrails, 'counterfactual_guardrail');
  const reasons: string[] = [];
  if (isTrue(counterfactual['breached']) && counterfactual['action'] === 'force_paper') {
    reasons.push(COUNTERFACTUAL);
  }
  if (isActive(guardrails['risk_guardrail'])) reasons.push(RISK_GUARDRAIL);
  if (reasons.length === 0 && isPresent(guardrails[STAGE_GUARDRAIL])) reasons.push(STAGE_GUARDRAIL);
  return claimOf(reasons);
}

/** What was classified before, by us or by another. */
function storedClaim(stored: Open): Claim | null {
  if (!isTrue(stored['value'])) return null;
  const told = Array.isArray(stored['causes']) ? stored['causes'] : [];
  const causes = told.map((cause) => CAUSES.find((known) => known === cause) ?? 'unspecified');
  const list = Array.isArray(stored['reasons']) ? stored['reasons'] : [];
  const { causes: derived, reasons } = claimOf(textsOf(list));
  return {
    causes: reasons.length === 0 && causes.length > 0 ? causes : [...causes, ...derived],
    reasons,
  };
}

function claimOf(reasons: readonly string[]): Claim {
  return { causes: reasons.length === 0 ? ['unspecified'] : reasons.map(causeOf), reasons };
}

function textsOf(values: readonly unknown[]): string[] {
  return values
    .filter((value) => typeof value === 'string')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

const YES: ReadonlySet<string> = new Set(['true', '1', 'yes']);

/** Of texts only `true`, `1` and `yes` are true; what is no flag at all is taken for one. */
function isTrue(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return YES.has(value.trim().toLowerCase());
  return value !== false && value !== 0;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

/** `{active: false}` is not active; what does not say is. */
function isActive(value: unknown): boolean {
  return isObject(value)
    ? !Object.hasOwn(value, 'active') || isTrue(value['active'])
    : isTrue(value);
}

/** Empty where it is absent or no object: nothing is read from it then. */
export function objectIn(holder: Open, key: string): Open {
  const value = holder[key];
  return isObject(value) ? value : {};
}
