import { closed, createParser, type Parsed, type Violation } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';

export const ENVIRONMENTS = ['dev', 'staging', 'paper', 'micro-live', 'prod'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

const whole = (minimum: number, maximum: number, description: string) =>
  Type.Number({ minimum, maximum, multipleOf: 1, description });

/** Any folder, but spelled out: `..` hides where it leads. */
const folder = (description: string) =>
  Type.String({ minLength: 1, maxLength: 512, pattern: '^(?!.*(^|/)\\.\\.(/|$)).+$', description });

/** `config/runtime/*.json`: places and sizes; nothing here can loosen a guard. */
export const RuntimeDocumentSchema = closed({
  environment: Type.Enum(ENVIRONMENTS, { description: 'Which environment this process is.' }),
  venue: Type.Enum(['simulated', 'testnet', 'live'], {
    description: 'The exchange it speaks to. `dev` has the built-in one and no other.',
  }),
  enforced_profile: Type.Enum(['CSP', 'GOP', 'FULL'], {
    description: 'Rules this process enforces. This build supports CSP.',
  }),
  ledger: closed({
    folder: folder('Where the ledger lives, relative to the project or absolute.'),
    segment_bytes: whole(1 << 20, 1 << 30, 'Size of one preallocated segment. Bytes.'),
    queue_capacity: whole(16, 1 << 16, 'Records that may wait for the disk; more are refused.'),
    commit_deadline_ms: whole(10, 60_000, 'A commit that takes longer stops OPEN. Milliseconds.'),
  }),
  decision_log: closed({
    folder: folder('Where refusals and reports go.'),
    queue_capacity: whole(16, 1 << 20, 'Reports that may wait; more are counted as a gap.'),
  }),
  disk: closed({
    probe_interval_ms: whole(100, 20_000, 'How often free space is measured. Milliseconds.'),
  }),
  loop: closed({
    tick_interval_ms: whole(10, 1_000, 'Hot-loop tick. Milliseconds.'),
    consult_interval_ms: whole(10, 60_000, 'How often strategies are asked. Milliseconds.'),
    reconcile_interval_ms: whole(
      5_000,
      10_000,
      'How often ledger and venue are compared. Milliseconds (contract-1 section 46).',
    ),
  }),
  http: Type.Enum(['none'], { description: 'Address of the status server; this build has none.' }),
});

export type RuntimeDocument = Static<typeof RuntimeDocumentSchema>;

const parseShape = createParser(RuntimeDocumentSchema);

export function parseRuntimeDocument(value: unknown): Parsed<RuntimeDocument> {
  const shape = parseShape(value);
  if (!shape.ok) return shape;
  const [first, ...rest] = crossViolations(shape.value);
  if (first !== undefined) return { ok: false, violations: [first, ...rest] };
  return shape;
}

/**
 * An environment is opened by evidence, not by a file: the sign-offs of the others do not exist
 * yet.
 */
const SIGNED_OFF: readonly Environment[] = ['dev'];

function crossViolations(document: RuntimeDocument): readonly Violation[] {
  const violations: Violation[] = [];
  const { environment, venue, enforced_profile: profile } = document;
  if (!SIGNED_OFF.includes(environment)) {
    const message = `${environment} may not start: it has no recorded sign-off`;
    violations.push({ path: '/environment', rule: 'environment_not_signed_off', message });
  }
  if (venue === 'live' && environment !== 'micro-live' && environment !== 'prod') {
    const message = `${environment} must not reach the live venue`;
    violations.push({ path: '/venue', rule: 'venue_not_for_environment', message });
  } else if (environment === 'dev' && venue !== 'simulated') {
    const message = 'dev speaks to the built-in venue only';
    violations.push({ path: '/venue', rule: 'venue_not_for_environment', message });
  }
  if (profile !== 'CSP') {
    const message = `this build enforces CSP; it cannot claim ${profile}`;
    violations.push({ path: '/enforced_profile', rule: 'profile_not_supported', message });
  }
  return violations;
}
