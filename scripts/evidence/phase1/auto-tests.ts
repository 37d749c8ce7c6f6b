/** The automatic tests the checklist and the roadmap name (phases section 2), and what ran them. */
import type { GateRun, GateTest } from '../gates.ts';
import { gateFaults } from '../gates.ts';
import { table } from '../markdown.ts';
import { type Provenance, shownProvenance } from '../provenance.ts';

export const LINKS_PATH = 'ci_links.md';

/** The name, or its beginning where the checklist asks for one test of each. */
export const AUTO_TESTS: readonly (readonly [gate: string, name: string])[] = [
  ['P1-A', 'test_dispatch_chokepoint_no_direct_exchange_client_usage'],
  ['P1-A', 'test_dispatch_visibility_is_restricted'],
  ['P1-B', 'test_full_pipeline_determinism'],
  ['P1-B', 'test_chokepoint_same_inputs_same_trace'],
  ['P1-B', 'test_intent_determinism_same_inputs_same_hash'],
  ['P1-C', 'test_rejected_intent_has_no_side_effects'],
  ['P1-C', 'test_riskstate_not_healthy_blocks_open'],
  ['P1-D', 'test_intent_id_propagates_through_approved_pipeline'],
  ['P1-D', 'test_intent_id_propagates_through_rejected_pipeline'],
  ['P1-D', 'test_metrics_attributable_to_intent'],
  ['P1-D', 'test_intent_id_propagates_to_logs_and_metrics'],
  ['P1-E', 'test_constraint_reject_gates_before_persist'],
  ['P1-E', 'test_constraint_wal_after_all_validation_gates'],
  ['P1-E', 'test_constraint_approval_requires_all_gates_pass'],
  ['P1-E', 'test_gate_ordering_constraints'],
  ['P1-F', 'test_missing_tick_size_fails_closed'],
  ['P1-F', 'test_missing_'],
  ['P1-F', 'test_config_missing_no_side_effects'],
  ['P1-F', 'test_missing_config_fails_closed'],
  ['P1-G', 'test_crash_mid_intent_no_duplicate_dispatch'],
];

interface Found {
  readonly gate: string;
  readonly name: string;
  readonly tests: readonly GateTest[];
}

export function autoTests(tests: readonly GateTest[]): readonly Found[] {
  return AUTO_TESTS.map(([gate, name]) => ({
    gate,
    name,
    tests: tests.filter(({ titles }) =>
      titles.some((title) => title.includes(`${gate} `) && isNamed(title, name)),
    ),
  }));
}

/** A name in whole, so that none is found in the beginning of another; a beginning as it is. */
function isNamed(title: string, name: string): boolean {
  return name.endsWith('_') ? title.includes(name) : new RegExp(`\\b${name}\\b`).test(title);
}

export function isProven({ tests }: Found): boolean {
  return tests.length > 0 && tests.every(({ passed }) => passed);
}

/** Which stage of `npm run verify` runs a test file. */
function stageOf(file: string): string {
  const isWire = file.endsWith('.wire.test.ts');
  if (file.startsWith('scripts/')) return isWire ? 'profiles' : 'tidy';
  if (isWire) return 'wire';
  if (file.endsWith('.soak.test.ts')) return 'soak';
  if (file.endsWith('.mocked.test.ts')) return 'contract';
  if (/^packages\/(core|deribit|strategies)\/test\//.test(file)) return 'core';
  if (/\/test\//.test(file)) return 'contract';
  return file.endsWith('.prop.test.ts') ? 'property' : 'unit';
}

export function linksPage(run: GateRun, from: Provenance, madeUtc: string): string {
  const gates = run.results.map(({ id, title, passed, failed, why }) => {
    const word = why ?? (passed > 0 && failed === 0 ? 'PASS' : 'FAIL');
    return [id, title, passed, failed, word];
  });
  const named = autoTests(run.tests).map((found) => {
    const files = [...new Set(found.tests.map(({ file }) => file))];
    const stages = [...new Set(files.map(stageOf))];
    return [
      found.gate,
      `\`${found.name}${found.name.endsWith('_') ? '*_fails_closed' : ''}\``,
      files.join(', '),
      `\`npm run verify\`, stage ${stages.join(', ')}`,
      found.tests.length,
      found.tests.filter(({ passed }) => !passed).length,
      isProven(found) ? 'PASS' : found.tests.length === 0 ? 'NO SUCH TEST' : 'FAIL',
    ];
  });
  return `# Automatic gates of phase 1

${shownProvenance(from)}

No continuous integration has a public address here: there is no link to give, and none is invented.
The build is the tree of which this is the recorded run, made ${madeUtc} in
${run.seconds.toFixed(1)} s. \`.ci/run\` installs from the lockfile and runs \`npm run verify\`,
which runs these. To repeat them alone:

\`\`\`
${run.commands.join('\n')}
\`\`\`

${table(['Gate', 'What must hold', 'Passed', 'Failed', 'Result'], gates)}

## By the names of the checklist

${table(['Gate', 'Test', 'File', 'Run by', 'Tests', 'Failed', 'Result'], named)}
`;
}

export function linksFaults(path: string, text: string): readonly string[] {
  const absent = AUTO_TESTS.filter(([, name]) => !text.includes(`\`${name}`));
  return [
    ...gateFaults(path, text, 'P1-'),
    ...absent.map(([gate, name]) => `${path}: ${gate} says nothing of ${name}`),
  ];
}
