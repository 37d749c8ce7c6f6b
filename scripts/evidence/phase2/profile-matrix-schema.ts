/** The form of `profile_matrix.json`, and what a matrix must not say. */
import { Ajv } from 'ajv';

const text = { type: 'string', minLength: 1 } as const;
const count = { type: 'integer', minimum: 0 } as const;
const names = { type: 'array', items: text } as const;
/** D-23: four answers, and missing evidence is none of the first two. */
const OUTCOME = { enum: ['pass', 'fail', 'error', 'inconclusive'] } as const;

const closed = <Properties extends Readonly<Record<string, object>>>(properties: Properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const BUILD = closed({
  command: text,
  outcome: OUTCOME,
  tarball: { type: ['string', 'null'] },
  sha256: { type: ['string', 'null'], pattern: '^[0-9a-f]{64}$' },
  bytes: { type: ['integer', 'null'] },
  files: { type: ['integer', 'null'] },
  libraries: { type: ['integer', 'null'] },
  faults: names,
});

const TESTS = closed({
  command: text,
  outcome: OUTCOME,
  exit_code: { enum: [0, 1, 2] },
  passed: count,
  failed: count,
  failures: names,
  foreign_rules_executed: names,
  fault: { type: ['string', 'null'] },
});

const ACCEPTANCE = closed({
  rules: count,
  proven: count,
  unproven: names,
  planned: names,
  required_and_planned: names,
  complete: { type: 'boolean' },
});

const PROFILE = closed({
  profile: { enum: ['CSP', 'GOP', 'FULL'] },
  build: { anyOf: [BUILD, { type: 'null' }] },
  tests: { anyOf: [TESTS, { type: 'null' }] },
  acceptance: ACCEPTANCE,
  claimed: { type: 'boolean' },
  why: text,
});

const PROFILE_MATRIX_SCHEMA = closed({
  schema: { const: 'holdfast.profile-matrix.v1' },
  made_utc: text,
  commit: { type: 'string', pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' },
  build_id: text,
  node: text,
  clock: { const: 'real' },
  venue: { const: 'simulated' },
  data: { const: 'synthetic' },
  supported_profiles: { type: 'array', items: { enum: ['CSP', 'GOP', 'FULL'] } },
  profiles: { type: 'array', items: PROFILE, minItems: 3, maxItems: 3 },
});

export type Outcome = (typeof OUTCOME.enum)[number];

export interface MatrixBuild {
  readonly command: string;
  readonly outcome: Outcome;
  readonly tarball: string | null;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly files: number | null;
  readonly libraries: number | null;
  readonly faults: readonly string[];
}

export interface MatrixTests {
  readonly command: string;
  readonly outcome: Outcome;
  readonly exit_code: 0 | 1 | 2;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly foreign_rules_executed: readonly string[];
  readonly fault: string | null;
}

export interface MatrixProfile {
  readonly profile: 'CSP' | 'GOP' | 'FULL';
  /** Null: no build of this profile exists. */
  readonly build: MatrixBuild | null;
  readonly tests: MatrixTests | null;
  readonly acceptance: {
    readonly rules: number;
    readonly proven: number;
    readonly unproven: readonly string[];
    readonly planned: readonly string[];
    readonly required_and_planned: readonly string[];
    readonly complete: boolean;
  };
  /** Whether a build of this commit may say that it enforces it. */
  readonly claimed: boolean;
  readonly why: string;
}

export interface ProfileMatrix {
  readonly schema: 'holdfast.profile-matrix.v1';
  readonly made_utc: string;
  readonly commit: string;
  readonly build_id: string;
  readonly node: string;
  readonly clock: 'real';
  readonly venue: 'simulated';
  readonly data: 'synthetic';
  readonly supported_profiles: readonly ('CSP' | 'GOP' | 'FULL')[];
  readonly profiles: readonly MatrixProfile[];
}

const conforms = new Ajv({ allErrors: true, allowUnionTypes: true }).compile<ProfileMatrix>(
  PROFILE_MATRIX_SCHEMA,
);

/** Everything that keeps a matrix from being evidence; none where core safety is shown. */
export function profileMatrixFaults(content: string): readonly string[] {
  let matrix: unknown;
  try {
    matrix = JSON.parse(content);
  } catch {
    return ['not JSON'];
  }
  if (!conforms(matrix)) {
    return (conforms.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }
  return [...coreFaults(matrix), ...claimFaults(matrix)];
}

function coreFaults({ profiles }: ProfileMatrix): readonly string[] {
  const core = profiles.find(({ profile }) => profile === 'CSP');
  if (core === undefined) return ['no row for CSP'];
  const faults: string[] = [];
  if (core.build?.outcome !== 'pass' || core.build.sha256 === null) faults.push('CSP: not built');
  if (core.tests?.outcome !== 'pass') faults.push('CSP: its acceptance tests are not shown');
  const { passed = 0, foreign_rules_executed: foreign = [] } = core.tests ?? {};
  if (passed === 0) faults.push('CSP: no test was executed');
  if (foreign.length > 0) faults.push(`CSP: executed rules of governance: ${foreign.join(' ')}`);
  return faults;
}

/** No profile is claimed with a rule of it missing, and the list of the supported says the same. */
function claimFaults({
  profiles,
  supported_profiles: supported,
}: ProfileMatrix): readonly string[] {
  const faults: string[] = [];
  for (const { profile, claimed, acceptance, tests } of profiles) {
    const { rules, proven, unproven, planned, complete } = acceptance;
    if (complete !== (proven === rules && planned.length === 0)) {
      faults.push(`${profile}: complete is not what its rules say`);
    }
    if (proven + unproven.length + planned.length !== rules) {
      faults.push(`${profile}: its rules do not add up`);
    }
    if (claimed !== supported.includes(profile)) faults.push(`${profile}: claimed here, not there`);
    if (claimed && profile !== 'CSP' && !complete) faults.push(`${profile}: claimed, not complete`);
    if (claimed && tests?.outcome !== 'pass') faults.push(`${profile}: claimed, not shown`);
  }
  return faults;
}
