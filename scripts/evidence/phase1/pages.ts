/** The pages of phase 1 that are written rather than recorded. */
import { type GateResult, isGreen } from '../gates.ts';
import { link, listOr, oneLine, table } from '../markdown.ts';
import type { Missing } from '../pack.ts';
import { NOT_SIGNED, type Provenance, shownProvenance } from '../provenance.ts';
import { LINKS_PATH } from './auto-tests.ts';
import { MATRIX_PATH } from './config-matrix.ts';
import { CRASH_PAGE_PATH, CRASH_TEST_PATH } from './crash.ts';
import { HASHES_PATH } from './determinism.ts';
import { LOG_PATH } from './engine-refusals.ts';
import { ORDER_PATH } from './gate-order.ts';
import { CASES_PATH } from './rejections.ts';
import { CYCLES_PATH, LOOP_PATH, type LoopSummary } from './restart-loop.ts';

export interface PackFacts {
  readonly madeUtc: string;
  readonly provenance: Provenance;
  readonly gates: readonly GateResult[];
  readonly missing: readonly Missing[];
  /** What is wrong with an artifact that is there, by its path. */
  readonly faults: readonly string[];
  /** Null where the loop did not come to its end. */
  readonly loop: LoopSummary | null;
}

const CHOKEPOINT = 'documents/dispatch_chokepoint.md';
const INVARIANTS = 'documents/intent_gate_invariants.md';
const KEYS = 'documents/critical_config_keys.md';

const ITEMS: readonly (readonly [string, string, readonly string[]])[] = [
  ['P1-A', 'one way out', [CHOKEPOINT, LINKS_PATH]],
  ['P1-B', 'determinism', [HASHES_PATH]],
  ['P1-C', 'refusals leave nothing', [CASES_PATH]],
  ['P1-D', 'ids in logs and metrics', [LOG_PATH]],
  ['P1-E', 'order of the gates', [INVARIANTS, ORDER_PATH]],
  ['P1-F', 'missing values fail closed', [KEYS, MATRIX_PATH]],
  ['P1-G', 'crash in the middle', [CRASH_TEST_PATH, CRASH_PAGE_PATH, CYCLES_PATH, LOOP_PATH]],
];

const QUESTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['Can any path dispatch without the chokepoint?', [CHOKEPOINT, LINKS_PATH]],
  ['Do the same frozen inputs give the same bytes and hash across a restart?', [HASHES_PATH]],
  ['Can a rejected intent leave persistent state?', [CASES_PATH]],
  ['Are logs and metrics traceable by a shared `intent_id` and `run_id`?', [LOG_PATH]],
  ['Do missing critical keys fail closed with deterministic reasons?', [KEYS, MATRIX_PATH]],
];

const RISKS = `- The exchange is our own: that Deribit answers as it does here is not shown.
- A kill of the process is no loss of power: what a disk that lies about a sync would lose is not
  shown, and cannot be here.
- Intents of one leg only. Groups of two legs, and containment, are not built.
- Metrics carry the run and not the intent: a series for each intent would have no end. The line of
  the decision log carries both, and the series it moves are named beside it.
- The pack's chain shows a change to any file. It does not stop somebody who rewrites the manifest
  too: that takes a signature, and there is none.`;

function isShown({ gates, missing, faults }: PackFacts, id: string, paths: readonly string[]) {
  const gate = gates.find((each) => each.id === id);
  const isWhole = paths.every(
    (path) =>
      !missing.some((each) => each.path === path) &&
      !faults.some((fault) => fault.startsWith(`${path}: `)),
  );
  return gate !== undefined && isGreen(gate) && isWhole;
}

export function readmePage(facts: PackFacts): string {
  const absent = new Set(facts.missing.map(({ path }) => path));
  const linked = (paths: readonly string[]): string =>
    paths.map((path) => (absent.has(path) ? `${path} (MISSING)` : link(path))).join(', ');
  const items = ITEMS.map(([id, name, paths]) => [
    id,
    name,
    isShown(facts, id, paths) ? 'recorded, tests green' : 'NOT SHOWN',
    linked(paths),
  ]);
  const signs = QUESTIONS.map(([question, paths]) => [question, NOT_SIGNED, linked(paths)]);
  const failed = [...facts.missing.map(({ path, why }) => `${path}: ${why}`), ...facts.faults];
  return `# Phase 1: owner summary — ${NOT_SIGNED}

${shownProvenance(facts.provenance)}

Made ${facts.madeUtc} by \`npm run evidence -- phase1\`. Every file here was written by that
command; \`npm run evidence -- phase1 --check\` refuses a pack that is empty, stale, incomplete or
changed by hand. Nobody has signed it, so it unlocks nothing.

## Proven

${table(['Item', '', 'State', 'Evidence'], items)}

Results of the automatic gates: [ci_links.md](ci_links.md). One page for the owner:
[SUMMARY_1PAGE.md](SUMMARY_1PAGE.md). Digests and the origin of every file: \`manifest.json\`.

## Failed

${listOr(failed.map(oneLine), 'Nothing that was tried failed.')}

## Risky

${RISKS}

## Owner sign-off

Each is answered with yes or no by a person; "I think so" is no.

${table(['Question', 'Answer', 'Evidence'], signs)}

${table(
  ['Role', 'Name', 'Signature', 'Date (UTC)'],
  [['Owner', NOT_SIGNED, NOT_SIGNED, NOT_SIGNED]],
)}
`;
}

export function summaryPage(facts: PackFacts): string {
  const shown = ITEMS.filter(([id, , paths]) => isShown(facts, id, paths));
  const proven = shown.map(([id]) => {
    const gate = facts.gates.find((each) => each.id === id);
    return `${id}: ${gate?.title} (${gate?.passed} tests)`;
  });
  const { loop } = facts;
  if (loop !== null && !facts.faults.some((fault) => fault.startsWith(LOOP_PATH))) {
    proven.push(
      `${loop.cycles} engines killed by SIGKILL and started again in ${loop.seconds} s: ` +
        `${loop.orders_at_exchange} orders at the exchange, ${loop.duplicate_dispatch_count} ` +
        `twice, ${loop.illegal_order_attempts} illegal`,
    );
  }
  const red = facts.gates.filter((gate) => !isGreen(gate));
  const failed = [
    ...red.map(({ id, failed: count, why }) => `${id}: ${why ?? `${count} tests failed`}`),
    ...facts.missing.map(({ path, why }) => `${path} is missing: ${why}`),
    ...facts.faults,
  ];
  return `# Phase 1 on one page — ${NOT_SIGNED}

${shownProvenance(facts.provenance)}

## Shown here, on the built-in exchange

${listOr(proven, 'Nothing.')}

## Failed, or not shown

${listOr(failed.map(oneLine), 'Nothing that was tried failed.')}

## Still a risk

${RISKS}
`;
}
