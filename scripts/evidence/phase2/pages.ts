/** The pages of phase 2 that are written rather than recorded. */
import { link, listOr, oneLine, table } from '../markdown.ts';
import type { Missing } from '../pack.ts';
import { NOT_SIGNED, type Provenance, shownProvenance } from '../provenance.ts';
import { BOUND_MS, GOAL_P50_MS, PROCESSES_PATH, timesOf, WORLDS_PATH } from './containment.ts';
import { RESTART_PATH, restartMs } from './counts.ts';
import { DRILLS } from './drill-list.ts';
import { folderOf } from './drills.ts';
import { OWNER_PATH } from './owner.ts';
import { RULES_PATH } from './rules.ts';

export interface Phase2Facts {
  readonly madeUtc: string;
  readonly provenance: Provenance;
  readonly missing: readonly Missing[];
  /** What is wrong with a file that is there, its path in front. */
  readonly faults: readonly string[];
  /** Text of a file of the pack; empty where it is missing. */
  readonly textOf: (path: string) => string;
}

const RISKS = `- The exchange is our own: that Deribit answers as it does here is not shown.
- Ten trading days, or fourteen, on paper are days: they are not shown and cannot be here.
- That a person reads mode and reason within five seconds is for a person: ${NOT_SIGNED}.
- A kill of the process is no loss of power.
- The pack's chain shows a change to any file. It does not stop somebody who rewrites the manifest
  too: that takes a signature, and there is none.`;

const SIGNATURE = table(
  ['Role', 'Name', 'Signature', 'Date (UTC)'],
  [['Owner', NOT_SIGNED, NOT_SIGNED, NOT_SIGNED]],
);

function failedOf({ missing, faults }: Phase2Facts): readonly string[] {
  return [...missing.map(({ path, why }) => `${path}: ${why}`), ...faults].map(oneLine);
}

function drillsTable({ textOf, missing, faults }: Phase2Facts): string {
  const rows = DRILLS.map((drill) => {
    const folder = folderOf(drill);
    const isBad = [...missing.map(({ path }) => path), ...faults].some((each) =>
      each.startsWith(`${folder}/`),
    );
    const ms = textOf(`${folder}/time_to_safe_ms`).trim();
    return [
      drill.number,
      drill.name,
      isBad ? 'NOT SHOWN' : 'as declared',
      ms === '' ? '' : `${ms} ms`,
      link(`${folder}/notes.md`),
    ];
  });
  return table(['Drill', '', 'State', 'Safe after', 'Notes'], rows);
}

function timesTable({ textOf }: Phase2Facts): string {
  const rows = [
    ['made-up worlds, virtual clock', WORLDS_PATH],
    ['real processes, real clock', PROCESSES_PATH],
  ].flatMap(([name = '', path = '']) => {
    const text = textOf(path);
    if (text === '') return [[name, 'MISSING', '', '', '', '']];
    const { incidents, p50_ms: half, p99_ms: most, max_ms: max, over_bound: over } = timesOf(text);
    return [[name, incidents, `${half} ms`, `${most} ms`, `${max} ms`, over]];
  });
  const bound = `over ${BOUND_MS} ms`;
  return table(
    ['Containment', 'Incidents', `p50 (goal ${GOAL_P50_MS} ms)`, 'p99', 'Max', bound],
    rows,
  );
}

function restartLine({ textOf }: Phase2Facts): string {
  const text = textOf(RESTART_PATH);
  if (text === '') return 'A restart with 10,000 open records was not measured.';
  const ms = Math.round(restartMs(text));
  return `A restart with 10,000 open records had reconciled after ${ms} ms.`;
}

export function readmePage(facts: Phase2Facts): string {
  return `# Phase 2: owner summary — ${NOT_SIGNED}

${shownProvenance(facts.provenance)}

Made ${facts.madeUtc} by \`npm run evidence -- phase2\`. Every file here was written by that
command; \`npm run evidence -- phase2 --check\` refuses a pack that is empty, stale, incomplete,
unlabelled or changed by hand. Nobody has signed it, so it unlocks nothing.

## Drills

${drillsTable(facts)}

Every status that was read over HTTP has gone through the strict validator. Changes of mode are in
\`transitions.json\` of each folder.

## Figures

${timesTable(facts)}

${restartLine(facts)}

Acceptance tests: ${link(RULES_PATH)}. Owner's reading: ${link(OWNER_PATH)}. One page:
[SUMMARY_1PAGE.md](SUMMARY_1PAGE.md). Profiles: \`profile_matrix.json\`. Digests: \`manifest.json\`.

## Failed, or not shown

${listOr(failedOf(facts), 'Nothing that was tried failed.')}

## Risky

${RISKS}

## Owner sign-off

${SIGNATURE}
`;
}

export function summaryPage(facts: Phase2Facts): string {
  return `# Phase 2 on one page — ${NOT_SIGNED}

${shownProvenance(facts.provenance)}

## Shown here, on the built-in exchange

${drillsTable(facts)}

${timesTable(facts)}

${restartLine(facts)}

## Failed, or not shown

${listOr(failedOf(facts), 'Nothing that was tried failed.')}

## Still a risk

${RISKS}

${SIGNATURE}
`;
}
