/**
 * The bars of the gates (section 3.3), as configuration: `governance.graduation.*`. What is not
 * said is the default; what is looser than the default needs an approved change (section 3.6).
 */
import { closed, createParser, type Parser, type Violation } from '@holdfast/core/parse';
import type { Environment } from '@holdfast/runtime/config';
import { digestOf } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { isSamePerson } from '../../operations/signoff/approver-set.ts';

const COUNT_MAX = 1_000_000;
const count = Type.Integer({ minimum: 0, maximum: COUNT_MAX });
const ratio = Type.Number({ minimum: 0, maximum: 1 });

const quality = {
  /** Never nought: no evidence is no pass, whoever approved it (D-23). */
  min_decisions: Type.Integer({ minimum: 1, maximum: COUNT_MAX }),
  max_alerts: count,
  max_forced_ratio: ratio,
  max_warn_ratio: ratio,
  min_normal_ratio: ratio,
};

/** What no change can lower is the number of people (D-19). */
const money = (leastApprovals: number) => ({
  ...quality,
  min_normal_streak: count,
  min_approvals: Type.Integer({ minimum: leastApprovals, maximum: 100 }),
});

const BarsSchema = closed({
  gates: closed({
    paper: closed(quality),
    pilot: closed(money(1)),
    limited_live: closed(money(2)),
  }),
  min_paper_green_days: Type.Number({ minimum: 0, maximum: 366 }),
  /** A longer silence between paper entries breaks the green span; this market never closes. */
  max_paper_gap_hours: Type.Number({ minimum: 0, maximum: 8_784 }),
  /** Distinct UTC days with a decision in the green span (G-19). */
  min_trading_days: Type.Integer({ minimum: 0, maximum: 366 }),
  /** Off for imported records alone: they were written when nobody asked. */
  strict_unknown_severity: Type.Boolean(),
  /** Then the green span is asked for before the first real money (G-31). */
  pilot_is_real_money: Type.Boolean(),
});
type Bars = Static<typeof BarsSchema>;
const parseBars: Parser<Bars> = createParser(BarsSchema);

export interface GraduationConfig extends Bars {
  /** Where it judges, which no document may say: `dev` alone takes a virtual world (D-38). */
  readonly environment: Environment;
}

export const GRADUATION_DEFAULTS: Bars = {
  gates: {
    paper: {
      min_decisions: 20,
      max_alerts: 0,
      max_forced_ratio: 0.35,
      max_warn_ratio: 0.4,
      min_normal_ratio: 0.5,
    },
    pilot: {
      min_decisions: 40,
      max_alerts: 0,
      max_forced_ratio: 0.25,
      max_warn_ratio: 0.2,
      min_normal_ratio: 0.65,
      min_normal_streak: 8,
      min_approvals: 1,
    },
    limited_live: {
      min_decisions: 60,
      max_alerts: 0,
      max_forced_ratio: 0.1,
      max_warn_ratio: 0.1,
      min_normal_ratio: 0.8,
      min_normal_streak: 15,
      min_approvals: 2,
    },
  },
  min_paper_green_days: 14,
  max_paper_gap_hours: 36,
  min_trading_days: 10,
  strict_unknown_severity: true,
  pilot_is_real_money: true,
};

/** An approved loosening. Its signatures were checked by whoever hands it in. */
export interface ApprovedChange {
  readonly changeId: string;
  /** Of the one configuration it allows: what `digest` says when it is loaded. */
  readonly configDigest: string;
  readonly approvers: readonly string[];
}

export type ConfigLoad =
  | {
      readonly ok: true;
      readonly config: GraduationConfig;
      readonly digest: string;
      /** Keys looser than the default, which the change allows. */
      readonly loosened: readonly string[];
    }
  | {
      readonly ok: false;
      readonly code: 'config_malformed';
      readonly violations: readonly Violation[];
    }
  | {
      readonly ok: false;
      readonly code:
        | 'change_record_missing'
        | 'change_record_mismatch'
        | 'change_record_unapproved';
      /** Keys looser than the default. */
      readonly loosened: readonly string[];
      /** What an approved change has to name. */
      readonly digest: string;
    };

/** Two people, as for every other way to take risk (D-21). */
const CHANGE_APPROVERS = 2;

/**
 * `document`: what stands under `governance.graduation`, any of the keys; an unknown one is a
 * violation. `environment`: of the process that judges.
 */
export function loadGraduationConfig(
  document: unknown,
  environment: Environment,
  change: ApprovedChange | null,
): ConfigLoad {
  const parsed = parseBars(overlaid(GRADUATION_DEFAULTS, document));
  if (!parsed.ok) return { ok: false, code: 'config_malformed', violations: parsed.violations };
  const config = { ...parsed.value, environment };
  const digest = configDigest(config);
  const loosened = looserKeys(GRADUATION_DEFAULTS, parsed.value, '');
  if (loosened.length === 0) return { ok: true, config, digest, loosened };
  if (change === null) return { ok: false, code: 'change_record_missing', loosened, digest };
  if (change.configDigest !== digest) {
    return { ok: false, code: 'change_record_mismatch', loosened, digest };
  }
  const people = change.approvers.filter(
    (one, at) =>
      one.trim() !== '' && !change.approvers.slice(0, at).some((other) => isSamePerson(one, other)),
  );
  if (people.length < CHANGE_APPROVERS) {
    return { ok: false, code: 'change_record_unapproved', loosened, digest };
  }
  return { ok: true, config, digest, loosened };
}

/** `evaluator_config_digest`: SHA-256 of the canonical JSON of the whole set. */
export function configDigest(config: GraduationConfig): string {
  return digestOf(config);
}

type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Key by key; what is not a mapping is given on as it is, for the schema to judge. */
function overlaid(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      Object.hasOwn(over, key) ? overlaid(base[key], over[key]) : base[key],
    ]),
  );
}

/** The name of a key says which way is loose: `min_` down, `max_` up, a switch off. */
function looserKeys(base: Plain, config: Plain, path: string): readonly string[] {
  return Object.entries(base).flatMap(([key, standard]) => {
    const found = config[key];
    if (isPlain(standard) && isPlain(found)) return looserKeys(standard, found, `${path}${key}.`);
    return isLooser(key, standard, found) ? [path + key] : [];
  });
}

function isLooser(key: string, standard: unknown, found: unknown): boolean {
  if (typeof standard !== 'number' || typeof found !== 'number') return found !== standard;
  return key.startsWith('min_') ? found < standard : found > standard;
}
