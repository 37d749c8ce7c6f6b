/** What this commit shows of each profile: its build, its acceptance tests, what may be claimed. */
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { type Build, buildCspOnly } from '../../build-csp-only.ts';
import type { TestProfile, Verdict } from '../../profiles/acceptance.ts';
import { type Ran, runAcceptance } from '../../profiles/run-acceptance.ts';
import type { Item } from '../pack.ts';
import { buildIdOf, ofSimulatedRun, utc } from '../provenance.ts';
import type {
  MatrixBuild,
  MatrixProfile,
  MatrixTests,
  Outcome,
  ProfileMatrix,
} from './profile-matrix-schema.ts';

export const PROFILE_MATRIX_PATH = 'profile_matrix.json';

const COMMANDS: Readonly<Record<TestProfile, string>> = {
  CSP: 'npm run test:csp_only',
  GOP: 'npm run test:gop',
};

export interface MatrixFacts {
  readonly madeUtc: string;
  readonly commit: string;
  readonly buildId: string;
  readonly node: string;
  readonly build: Build;
  readonly tests: Readonly<Record<TestProfile, Ran>>;
}

/** Builds, tests both profiles (minutes), and writes down what came of it, good or bad. */
export function makeProfileMatrix(root: string, say: (line: string) => void): Item {
  const buildId = buildIdOf(root);
  say('profiles   build:csp_only');
  const build = buildCspOnly(root, join(root, 'artifacts', 'builds'));
  say('profiles   test:csp_only');
  const csp = runAcceptance('CSP', root);
  say('profiles   test:gop');
  const gop = runAcceptance('GOP', root);
  const matrix = matrixOf({
    madeUtc: utc(Date.now()),
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    buildId,
    node: process.version,
    build,
    tests: { CSP: csp, GOP: gop },
  });
  const text = `${JSON.stringify(matrix, null, 2)}\n`;
  return { path: PROFILE_MATRIX_PATH, provenance: ofSimulatedRun(buildId), text };
}

/**
 * Core safety is claimed where it was built and all that must be proved is. Governance is in no
 * build of this project yet: it is claimed by nothing, whatever its tests say (D-39).
 */
export function matrixOf({
  madeUtc,
  commit,
  buildId,
  node,
  build,
  tests,
}: MatrixFacts): ProfileMatrix {
  const core = profileOf('CSP', tests.CSP, buildOf(build));
  const governance = profileOf('GOP', tests.GOP, null);
  const profiles = [core, governance, fullOf(core, governance)];
  return {
    schema: 'holdfast.profile-matrix.v1',
    made_utc: madeUtc,
    commit,
    build_id: buildId,
    node,
    clock: 'real',
    venue: 'simulated',
    data: 'synthetic',
    supported_profiles: profiles.filter(({ claimed }) => claimed).map(({ profile }) => profile),
    profiles,
  };
}

function profileOf(profile: TestProfile, ran: Ran, build: MatrixBuild | null): MatrixProfile {
  const acceptance = acceptanceOf(ran.ok ? ran.verdict : null);
  const tests = testsOf(profile, ran);
  const claimed = build?.outcome === 'pass' && tests.outcome === 'pass';
  const { planned, rules } = acceptance;
  const why = claimed
    ? `built, and every rule that must be proved is; ${planned.length} of ${rules} are planned`
    : build === null
      ? `no build links it; ${planned.length} of ${rules} rules are planned`
      : 'not built, or not shown by its tests';
  return { profile, build, tests, acceptance, claimed, why };
}

/** All of both; it has neither build nor tests of its own. */
function fullOf(core: MatrixProfile, governance: MatrixProfile): MatrixProfile {
  const [a, b] = [core.acceptance, governance.acceptance];
  return {
    profile: 'FULL',
    build: null,
    tests: null,
    acceptance: {
      rules: a.rules + b.rules,
      proven: a.proven + b.proven,
      unproven: [...a.unproven, ...b.unproven],
      planned: [...a.planned, ...b.planned],
      required_and_planned: [...a.required_and_planned, ...b.required_and_planned],
      complete: a.complete && b.complete,
    },
    claimed: false,
    why: 'CSP and GOP together; GOP is not claimed',
  };
}

function buildOf(build: Build): MatrixBuild {
  const command = 'npm run build:csp_only';
  if (!build.ok) {
    const nothing = { tarball: null, sha256: null, bytes: null, files: null, libraries: null };
    return { command, outcome: 'fail', ...nothing, faults: build.faults };
  }
  const { tarball, sha256, bytes, files, libraries } = build;
  const made = { tarball: basename(tarball), sha256, bytes, files, libraries: libraries.length };
  return { command, outcome: 'pass', ...made, faults: [] };
}

const OUTCOMES: Readonly<Record<Verdict['code'], Outcome>> = {
  0: 'pass',
  1: 'fail',
  2: 'inconclusive',
};

function testsOf(profile: TestProfile, ran: Ran): MatrixTests {
  const command = COMMANDS[profile];
  if (!ran.ok) {
    const nothing = { passed: 0, failed: 0, failures: [], foreign_rules_executed: [] };
    return { command, outcome: 'error', exit_code: 2, ...nothing, fault: ran.fault };
  }
  const { code, passed, failed, failures, foreign } = ran.verdict;
  return {
    command,
    outcome: OUTCOMES[code],
    exit_code: code,
    passed,
    failed,
    failures,
    foreign_rules_executed: foreign,
    fault: null,
  };
}

function acceptanceOf(verdict: Verdict | null): MatrixProfile['acceptance'] {
  if (verdict === null) {
    const none = { unproven: [], planned: [], required_and_planned: [] };
    return { rules: 0, proven: 0, ...none, complete: false };
  }
  const { rules, proven, unproven, planned, missing } = verdict;
  return {
    rules,
    proven,
    unproven,
    planned,
    required_and_planned: missing,
    complete: proven === rules,
  };
}
