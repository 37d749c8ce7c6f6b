/**
 * The shape of an entry (section 1.3). Decision, regime, outcomes, beliefs and metadata are open:
 * their known keys are typed, others may be any JSON. All around them is closed.
 */
import {
  closed,
  createParser,
  type Parsed,
  type Parser,
  pointer,
  type Violation,
} from '@holdfast/core/parse';
import { canonicalJson } from '@holdfast/core/proof';
import { type Static, type TProperties, Type } from 'typebox';
import { parseMoment } from './moment.ts';

/** An object of any JSON. */
export type Open = Readonly<Record<string, unknown>>;

const text = Type.String();
const name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
const orNull = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const texts = Type.Array(text);

const DECISION = {
  tactic_id: Type.Optional(text),
  selected_weight: Type.Optional(Type.Number()),
  rationale: Type.Optional(text),
  decision_timestamp: Type.Optional(orNull(text)),
  features_signature: Type.Optional(sha256),
};
const REGIME = {
  regime: Type.Optional(orNull(text)),
  confidence: Type.Optional(orNull(Type.Number({ minimum: 0, maximum: 1 }))),
  timestamp: Type.Optional(orNull(text)),
};
const provenance = closed({
  clock: Type.Enum(['real', 'virtual'] as const),
  venue: Type.Enum(['live', 'testnet', 'mirror', 'simulated'] as const),
  data: Type.Enum(['recorded', 'synthetic'] as const),
  build_id: Type.Optional(text),
  node: Type.Optional(text),
});
const METADATA = {
  release_stage: Type.Optional(orNull(text)),
  execution_mode: Type.Optional(Type.Enum(['shadow', 'paper', 'live'] as const)),
  provenance: Type.Optional(provenance),
  release_execution_route: Type.Optional(orNull(text)),
};

const ProbeSchema = closed({
  probe_id: name,
  status: text,
  severity: Type.Optional(text),
  owner: Type.Optional(text),
  contact: Type.Optional(text),
  runbook: Type.Optional(text),
  notes: texts,
});
/** A probe that spoke up when the decision was made. */
export type Probe = Static<typeof ProbeSchema> & { readonly metadata?: Open };

/** What may stand below `key`: objects below objects, any value below any other name. */
const OBJECTS: Readonly<Record<'decision' | 'regime_state' | 'metadata', readonly string[]>> = {
  decision: [
    'parameters',
    'guardrails',
    'reflection_summary',
    'weight_breakdown',
    'feature_hashes',
  ],
  regime_state: ['features'],
  metadata: ['drift_decision', 'release_execution', 'guardrails', 'forced'],
};

const parseDecision = createParser(closed(DECISION));
const parseRegime = createParser(closed(REGIME));
const parseMetadata = createParser(closed(METADATA));
const parseProbe = createParser(ProbeSchema);

type Decision = Static<ReturnType<typeof closed<typeof DECISION>>> & Open;
type RegimeState = Static<ReturnType<typeof closed<typeof REGIME>>> & Open;
export type Metadata = Static<ReturnType<typeof closed<typeof METADATA>>> & Open;

/** One routing decision of one policy, signed. */
export interface DiaryEntry {
  readonly entry_id: string;
  readonly recorded_at: string;
  readonly policy_id: string;
  readonly decision: Decision;
  readonly regime_state: RegimeState;
  readonly outcomes: Open;
  readonly belief_state?: Open;
  readonly probes: readonly Probe[];
  readonly notes: readonly string[];
  readonly metadata: Metadata;
  readonly signature: string;
}

/** What a writer hands in: the rest is filled in, never guessed (section 1.6). */
export interface EntryDraft {
  readonly policy_id: string;
  readonly decision: Open;
  readonly regime_state: Open;
  readonly outcomes?: Open;
  readonly belief_state?: Open | null;
  readonly probes?: readonly Open[];
  readonly notes?: readonly string[];
  readonly metadata?: Open;
  readonly entry_id?: string;
  readonly recorded_at?: string;
}

const ENTRY = {
  entry_id: name,
  recorded_at: text,
  policy_id: name,
  notes: texts,
  signature: sha256,
};
const DRAFT = {
  policy_id: name,
  notes: Type.Optional(texts),
  entry_id: Type.Optional(name),
  recorded_at: Type.Optional(text),
};
const parseEntryFlat = createParser(closed(ENTRY));
const parseDraftFlat = createParser(closed(DRAFT));

const OPEN_KEYS = ['decision', 'regime_state', 'outcomes', 'belief_state', 'metadata'] as const;
const NESTED: ReadonlySet<string> = new Set([...OPEN_KEYS, 'probes']);

/** Strict: what it lets pass is an entry, though nobody has looked at its signature yet. */
export function parseEntry(value: unknown): Parsed<DiaryEntry> {
  const violations = shapeFaults(value, parseEntryFlat, ['belief_state']);
  return answer<DiaryEntry>(value, violations);
}

/** What is absent is absent; what is there has the type it must have. */
export function parseDraft(value: unknown): Parsed<EntryDraft> {
  const optional = ['outcomes', 'belief_state', 'metadata', 'probes'];
  const beliefs = isObject(value) && value['belief_state'] === null;
  const { belief_state: _, ...rest } = isObject(value) ? value : {};
  return answer<EntryDraft>(value, shapeFaults(beliefs ? rest : value, parseDraftFlat, optional));
}

/** Metadata alone, as an amendment brings it. */
export function parsePatch(value: unknown): Parsed<Metadata> {
  return answer<Metadata>(value, isObject(value) ? openFaults('metadata', value, '') : notObject);
}

const notObject: readonly Violation[] = [{ path: '', rule: 'type', message: 'must be object' }];

/** `value` where nothing is wrong with it, and where it has a canonical form. */
function answer<T>(value: unknown, violations: readonly Violation[]): Parsed<T> {
  const [first, ...rest] = violations.length > 0 ? violations : formFaults(value);
  return first === undefined
    ? { ok: true, value: value as T }
    : { ok: false, violations: [first, ...rest] };
}

function formFaults(value: unknown): readonly Violation[] {
  const written = canonicalJson(value);
  if (written.ok) return [];
  return [{ path: written.path, rule: written.rule, message: 'has no canonical form' }];
}

function shapeFaults(
  value: unknown,
  flat: Parser<unknown>,
  optional: readonly string[],
): readonly Violation[] {
  if (!isObject(value)) return notObject;
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !NESTED.has(key)));
  const parsed = flat(rest);
  const faults: Violation[] = parsed.ok ? [] : [...parsed.violations];
  const at = value['recorded_at'];
  if (typeof at === 'string' && parseMoment(at) === null) {
    const message = `${JSON.stringify(at)} is no time`;
    faults.push({ path: '/recorded_at', rule: 'time_malformed', message });
  }
  for (const key of NESTED) {
    if (Object.hasOwn(value, key)) faults.push(...nestedFaults(key, value[key]));
    else if (!optional.includes(key)) {
      faults.push({ path: pointer('', key), rule: 'missing_key', message: `missing key "${key}"` });
    }
  }
  return faults;
}

function nestedFaults(key: string, value: unknown): readonly Violation[] {
  const path = pointer('', key);
  if (key === 'probes') return probeFaults(value, path);
  return isObject(value)
    ? openFaults(key, value, path)
    : [{ path, rule: 'type', message: 'must be object' }];
}

interface OpenRule {
  readonly known: TProperties;
  readonly parse: Parser<unknown>;
  readonly objects: readonly string[];
}

const RULES: Readonly<Record<string, OpenRule>> = {
  decision: { known: DECISION, parse: parseDecision, objects: OBJECTS.decision },
  regime_state: { known: REGIME, parse: parseRegime, objects: OBJECTS.regime_state },
  metadata: { known: METADATA, parse: parseMetadata, objects: OBJECTS.metadata },
};

function openFaults(key: string, value: Open, path: string): readonly Violation[] {
  const rule = RULES[key];
  if (rule === undefined) return [];
  const known = Object.entries(value).filter(([child]) => Object.hasOwn(rule.known, child));
  const parsed = rule.parse(Object.fromEntries(known));
  const faults = parsed.ok ? [] : below(parsed.violations, path);
  for (const child of rule.objects) {
    if (!Object.hasOwn(value, child) || isObject(value[child])) continue;
    faults.push({ path: pointer(path, child), rule: 'type', message: 'must be object' });
  }
  return faults;
}

function probeFaults(value: unknown, path: string): readonly Violation[] {
  if (!Array.isArray(value)) return [{ path, rule: 'type', message: 'must be array' }];
  return value.flatMap((item: unknown, index) => {
    const place = pointer(path, index);
    if (!isObject(item)) return [{ path: place, rule: 'type', message: 'must be object' }];
    const { metadata = {}, ...known } = item;
    const parsed = parseProbe({ notes: [], ...known });
    const faults = parsed.ok ? [] : below(parsed.violations, place);
    if (!isObject(metadata)) {
      const message = 'must be object';
      faults.push({ path: pointer(place, 'metadata'), rule: 'type', message });
    }
    return faults;
  });
}

function below(violations: readonly Violation[], path: string): Violation[] {
  return violations.map((violation) => ({ ...violation, path: `${path}${violation.path}` }));
}

export function isObject(value: unknown): value is Open {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
