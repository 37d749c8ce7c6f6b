/**
 * What one policy allows that the one before it did not: the comparison a change of limits is
 * approved by. A lower limit needs nobody's approval, and what is not known to be lower is a raise.
 */
import { type ParameterRule, PARAMETER_FIELDS, PARAMETER_RULES } from './policy-defaults.ts';
import type { PolicyDocument } from './policy-schema.ts';

/** Null: absent. What has no default blocks while it is absent, so to set it is a raise. */
type Leaf = string | number | boolean | null;

export interface PolicyRaise {
  /** JSON pointer into the document. */
  readonly path: string;
  readonly from: Leaf;
  readonly to: Leaf;
}

/** Which change of a value allows more. `any`: no side of it is known to be the safe one. */
type Loosens = 'higher' | 'lower' | 'any' | 'never';

/** `*` is one step of a pointer; the first line that fits a pointer judges it. */
const LOOSENED_BY: readonly (readonly [pointer: string, by: Loosens])[] = [
  ['/policy_version', 'never'],
  ['/environments/*/purpose', 'never'],
  ['/environments/*/trade_capable', 'higher'],
  ['/stage', 'higher'],
  ['/execution_style', 'higher'],
  ['/allowed_order_types/*', 'higher'],
  // What is not allowed is forbidden, named here or not.
  ['/forbidden_order_types/*', 'never'],
  ['/universe/*/*', 'higher'],
  ['/risk_limits/min_order_interval_ms', 'lower'],
  ['/risk_limits/per_underlying/*/*', 'higher'],
  ['/risk_limits/*', 'higher'],
  ['/exposure/*/*', 'higher'],
  ['/exposure/*', 'higher'],
  ['/min_edge_usd', 'lower'],
  ['/min_edge_floor_usd', 'lower'],
  ['/expiry_delist_buffer_s', 'lower'],
  ['/micro_live_caps/*', 'higher'],
  ['/full_caps/*', 'higher'],
  ['/smile_guard/grid_steps', 'lower'],
  ['/smile_guard/*', 'higher'],
];

/** Words of which a later one allows more. */
const RANKS: Readonly<Record<string, readonly string[]>> = {
  '/stage': ['experiment', 'paper', 'pilot', 'limited_live'],
  '/execution_style': ['Sniper', 'Any'],
};

/** In the order of the pointers; empty where nothing more is allowed than before. */
export function policyRaises(
  before: PolicyDocument,
  after: PolicyDocument,
): readonly PolicyRaise[] {
  const old = leavesOf(before);
  const next = leavesOf(after);
  const paths = [...new Set([...old.keys(), ...next.keys()])].sort();
  return paths.flatMap((path) => {
    const from = old.get(path) ?? null;
    const to = next.get(path) ?? null;
    return isRaise(path, from, to) ? [{ path, from, to }] : [];
  });
}

function isRaise(path: string, from: Leaf, to: Leaf): boolean {
  if (from === to) return false;
  const by = LOOSENED_BY.find(([pointer]) => fits(path, pointer))?.[1] ?? 'any';
  // What has no value blocks: taking one away allows nothing, giving one does.
  if (by === 'never' || to === null) return false;
  if (by === 'any' || from === null) return true;
  const [one, other] = [orderOf(path, from), orderOf(path, to)];
  return by === 'higher' ? other > one : other < one;
}

const orderOf = (path: string, value: string | number | boolean): number =>
  RANKS[path]?.indexOf(String(value)) ?? Number(value);

function fits(path: string, pointer: string): boolean {
  const steps = path.split('/');
  const wanted = pointer.split('/');
  return (
    steps.length === wanted.length &&
    wanted.every((step, index) => step === '*' || step === steps[index])
  );
}

/**
 * Every value by its pointer, what has a default with that. A list is a set: each of its members is
 * a leaf that is true.
 */
function leavesOf(document: PolicyDocument): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>([['/min_edge_floor_usd', 0]]);
  for (const field of PARAMETER_FIELDS) {
    const { key, fallback }: ParameterRule = PARAMETER_RULES[field];
    leaves.set(`/parameters/${key}`, fallback);
  }
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const member of value) leaves.set(`${path}/${String(member)}`, true);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, `${path}/${key}`);
    } else {
      leaves.set(path, value as Leaf);
    }
  };
  visit(document, '');
  return leaves;
}
