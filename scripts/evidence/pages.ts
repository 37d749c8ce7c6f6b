/** The pages of the pack that are written rather than recorded. */
import type { GateResult } from './gates.ts';
import { isGreen } from './gates.ts';
import { link, listOr, oneLine } from './markdown.ts';
import type { Missing } from './pack.ts';
import { NOT_SIGNED, type Provenance, shownProvenance } from './provenance.ts';

export interface PackFacts {
  readonly madeUtc: string;
  readonly provenance: Provenance;
  readonly gates: readonly GateResult[];
  readonly missing: readonly Missing[];
  /** Measured by the drill; null while there is none. */
  readonly drill: { readonly haltMs: number; readonly faults: readonly string[] } | null;
}

const QUESTIONS: readonly (readonly [string, string])[] = [
  [
    'Are the boundaries clear enough that someone who does not program would notice a violation?',
    'policy/launch_policy_snapshot.md',
  ],
  [
    'Are the environments isolated, with keys and accounts of their own?',
    'env/env_matrix_snapshot.md',
  ],
  ['Are the scopes of the keys proven, and withdrawals off?', 'keys/key_scope_probe.json'],
  ['Was the break-glass drill carried out and recorded?', 'break_glass/drill.md'],
  [
    'Do health and status show `ok`, `build_id`, `contract_version`, `trading_mode` and ' +
      '`is_trading_allowed`, and fail closed when the policy fails?',
    'health/health_endpoint_snapshot.md',
  ],
  ['Are the limits in a file that the system reads?', 'policy/policy_config_snapshot.json'],
  ['Is there no way to trade around these controls?', 'ci_links.md'],
];

const ITEMS: readonly (readonly [string, string, readonly string[]])[] = [
  ['P0-A', 'launch policy', ['policy/launch_policy_snapshot.md']],
  ['P0-B', 'environments', ['env/env_matrix_snapshot.md']],
  ['P0-C', 'keys and secrets', ['keys/key_scope_probe.json']],
  [
    'P0-D',
    'break glass',
    [
      'break_glass/runbook_snapshot.md',
      'break_glass/drill.md',
      'break_glass/log_excerpt.txt',
      'break_glass/scenarios.txt',
    ],
  ],
  ['P0-E', 'health and status', ['health/health_endpoint_snapshot.md', 'health/observed.json']],
  ['P0-F', 'machine policy', ['policy/policy_config_snapshot.json']],
];

export function readmePage(facts: PackFacts): string {
  const absent = new Set(facts.missing.map(({ path }) => path));
  const items = ITEMS.map(([id, name, paths]) => {
    const gate = facts.gates.find((each) => each.id === id);
    const isGood = gate !== undefined && isGreen(gate) && !paths.some((path) => absent.has(path));
    const word = isGood ? 'recorded, tests green' : 'not shown';
    const links = paths.map((path) => (absent.has(path) ? `${path} (MISSING)` : link(path)));
    return `| ${id} | ${name} | ${word} | ${links.join(', ')} |`;
  });
  const signs = QUESTIONS.map(
    ([question, path]) =>
      `| ${question} | ${NOT_SIGNED} | ${absent.has(path) ? path : link(path)} |`,
  );
  return `# Phase 0: owner summary — ${NOT_SIGNED}

${shownProvenance(facts.provenance)}

Made ${facts.madeUtc} by \`npm run evidence -- phase0\`. Every file here was written by that
command; \`npm run evidence -- phase0 --check\` refuses a pack that is empty, stale or changed by
hand. Nobody has signed it, so it unlocks nothing.

The exchange in this pack is our own, on the same machine, with a made-up market. What can be shown
only with a key of Deribit, with a person, or with time is not shown and not imitated.

| Item | | State | Evidence |
| --- | --- | --- | --- |
${items.join('\n')}

Results of the automatic gates: [ci_links.md](ci_links.md). One page for the owner:
[SUMMARY_1PAGE.md](SUMMARY_1PAGE.md). Digests: \`manifest.json\`.

## Missing

${listOr(
  facts.missing.map(({ path, why }) => `\`${path}\`: ${oneLine(why)}`),
  'Nothing that this command can make is missing.',
)}

## Owner sign-off

Each is answered with yes or no by a person; "I think so" is no.

| Question | Answer | Evidence |
| --- | --- | --- |
${signs.join('\n')}

| Role | Name | Signature | Date (UTC) |
| --- | --- | --- | --- |
| Owner | ${NOT_SIGNED} | ${NOT_SIGNED} | ${NOT_SIGNED} |
| Witness of the drill | ${NOT_SIGNED} | ${NOT_SIGNED} | ${NOT_SIGNED} |
| Operator of the key probe | ${NOT_SIGNED} | ${NOT_SIGNED} | ${NOT_SIGNED} |
`;
}

export function summaryPage(facts: PackFacts): string {
  const green = facts.gates.filter(isGreen);
  const red = facts.gates.filter((gate) => !isGreen(gate));
  const { drill } = facts;
  const proven = [
    ...green.map(({ id, title, passed }) => `${id}: ${title} (${passed} tests)`),
    ...(drill !== null && drill.faults.length === 0
      ? [
          `The drill halted opening ${(drill.haltMs / 1_000).toFixed(3)} s after the command, ` +
            'and risk was reduced after it',
        ]
      : []),
  ];
  const failed = [
    ...red.map(
      ({ id, title, failed: count, why }) => `${id}: ${title} (${why ?? `${count} failed`})`,
    ),
    ...(drill?.faults ?? []).map((fault) => `Drill: ${fault}`),
    ...facts.missing.map(({ path, why }) => `${path} is missing: ${oneLine(why)}`),
  ];
  return `# Phase 0 on one page — ${NOT_SIGNED}

${shownProvenance(facts.provenance)}

## Shown here, on the built-in exchange

${listOr(proven, 'Nothing.')}

## Failed, or not shown

${listOr(failed, 'Nothing that was tried failed.')}

## Still a risk

- No key of a real exchange exists, so none was probed: scopes of the built-in exchange are what we
  made them.
- Limits that the launch policy marks "not yet" are read and checked, and nothing acts on them.
- No person typed the commands of the drill; how fast somebody finds and uses them is not known.
- Escalation contacts are blanks. Until they are filled, P1 has nobody to phone.
- The pack's chain shows a change to any file. It does not stop somebody who rewrites the manifest
  too: that takes a signature, and there is none.
`;
}
