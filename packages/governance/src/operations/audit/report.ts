/**
 * The report of an operation (section 9.9), from its log alone. A person may add a summary and the
 * residual risk, and nothing else.
 */
import type { Declaration } from '../declaration.ts';
import { faultName } from '../fault.ts';
import type { GateRecord } from '../gate.ts';
import { isMutating } from '../step.ts';
import { judgeApprovers } from '../signoff/approver-set.ts';
import type { AuditRecord, Outcome } from './event.ts';
import { outcomeOf } from './outcome.ts';
import { all, declarationOf, mutationsOf, startOf } from './story.ts';

export const SECTIONS = [
  'EXEC SUMMARY',
  'CHANGES MADE',
  'VERIFICATION EVIDENCE',
  'RISK ASSESSMENT',
  'NEXT SAFE ACTIONS',
] as const;
export type Section = (typeof SECTIONS)[number];

/** What a person adds; redacted by the caller. */
export interface Prose {
  readonly summary?: string;
  readonly residualRisk?: string;
}

export interface Report {
  readonly schema: 'holdfast.operation-report.v1';
  readonly operation_id: string;
  readonly outcome: Outcome;
  readonly blockers: readonly string[];
  /** The last record it was made from. */
  readonly audit_head: string;
  readonly sections: Readonly<Record<Section, readonly string[]>>;
}

export type ReportMade =
  | { readonly ok: true; readonly report: Report }
  /** `report_incomplete:<section>` of each section that the log says nothing for (O-19). */
  | { readonly ok: false; readonly faults: readonly string[] };

export function makeReport(records: readonly AuditRecord[], prose: Prose): ReportMade {
  const made = records.slice(0, endOf(records));
  const declared = declarationOf(made);
  const { outcome, blockers } = outcomeOf(made);
  const lines = declared === null ? () => [] : sectionsOf(made, declared.declaration, prose);
  const sections = Object.fromEntries(
    SECTIONS.map((section) => [section, lines(section)]),
  ) as Record<Section, readonly string[]>;
  const empty = SECTIONS.filter((section) => sections[section].every((line) => isBlank(line)));
  const head = made.at(-1)?.hash;
  if (empty.length > 0 || head === undefined || declared === null) {
    return { ok: false, faults: empty.map((section) => `report_incomplete:${section}`) };
  }
  return {
    ok: true,
    report: {
      schema: 'holdfast.operation-report.v1',
      operation_id: declared.declaration.operation_id,
      outcome,
      blockers,
      audit_head: head,
      sections,
    },
  };
}

/** A report tells of what was before it, also when it is made once more. */
function endOf(records: readonly AuditRecord[]): number {
  const at = records.findIndex(({ payload }) => payload.event === 'report');
  return at === -1 ? records.length : at;
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

function sectionsOf(
  records: readonly AuditRecord[],
  declaration: Declaration,
  prose: Prose,
): (section: Section) => readonly string[] {
  const { outcome, blockers } = outcomeOf(records);
  return (section) => {
    switch (section) {
      case 'EXEC SUMMARY':
        return summaryOf(records, declaration, outcome, prose.summary);
      case 'CHANGES MADE':
        return changesOf(records, declaration);
      case 'VERIFICATION EVIDENCE':
        return evidenceOf(records);
      case 'RISK ASSESSMENT':
        return riskOf(records, declaration, blockers, prose.residualRisk);
      case 'NEXT SAFE ACTIONS':
        return nextActions(records, declaration, outcome);
    }
  };
}

function summaryOf(
  records: readonly AuditRecord[],
  declaration: Declaration,
  outcome: Outcome,
  summary: string | undefined,
): readonly string[] {
  const { operation_id: id, OPERATION_NAME: name, environment, host, steps } = declaration;
  const passed = all(records, 'step_finished').filter(({ status }) => status === 'PASS').length;
  const why = all(records, 'rollback_started').at(-1)?.why;
  const text = [
    `${id} (${name}) in ${environment} on ${host}, requested by ${declaration.requested_by}:`,
    `${outcome}. ${passed} of ${steps.length} steps passed.`,
    ...(why === undefined ? [] : [`It was rolled back: ${why}.`]),
    `The objective was: ${declaration.OBJECTIVE}`,
  ].join(' ');
  return summary === undefined || isBlank(summary) ? [text] : [text, summary.trim()];
}

/** What the comparison of before and after found, and what was done to services. */
function changesOf(records: readonly AuditRecord[], declaration: Declaration): readonly string[] {
  const lines: string[] = [];
  const mutations = mutationsOf(declaration, records);
  for (const { step, changes, status } of all(records, 'step_finished')) {
    for (const { path, what, inScope } of changes) {
      lines.push(`file ${path} ${what} by step ${step}${inScope ? '' : ', OUT OF SCOPE'}`);
    }
    const action = declaration.steps[step - 1]?.action;
    if (action?.kind === 'service' && isMutating(action)) {
      lines.push(`service ${action.service} ${action.verb} by step ${step}: ${status}`);
    } else if (mutations.has(step) && changes.length === 0) {
      lines.push(`step ${step} left no difference: ${status}`);
    }
  }
  for (const { step, changes } of all(records, 'scope_violation')) {
    for (const { path, what } of changes) {
      lines.push(`file ${path} ${what} around step ${step}, OUT OF SCOPE`);
    }
  }
  for (const step of mutations) {
    const seen = all(records, 'step_finished').some((told) => told.step === step);
    if (!seen) lines.push(`step ${step} was begun and its end is not on record`);
  }
  for (const { step, status, detail } of all(records, 'undo')) {
    lines.push(`step ${step} undone: ${status} ${detail}`.trimEnd());
  }
  for (const { left } of all(records, 'rollback_finished')) {
    lines.push(...left.map((what) => `left as it should not be: ${what}`));
  }
  if (lines.length > 0) return lines;
  const over = all(records, 'rollback_finished').some(({ complete }) => complete);
  const looked = all(records, 'verification').some(({ step }) => step === 'final');
  return over || looked ? ['nothing was changed'] : [];
}

function evidenceOf(records: readonly AuditRecord[]): readonly string[] {
  const lines: string[] = [];
  for (const { payload } of records) {
    if (payload.event === 'preflight') {
      lines.push(...payload.gates.map((gate) => gateLine('before the first step', gate)));
    } else if (payload.event === 'verification') {
      const where = typeof payload.step === 'number' ? `step ${payload.step}` : payload.step;
      lines.push(...payload.gates.map((gate) => gateLine(where, gate)));
    } else if (payload.event === 'undo') {
      lines.push(...payload.gates.map((gate) => gateLine(`undo of step ${payload.step}`, gate)));
    } else if (payload.event === 'validated') {
      lines.push(...payload.faults.map((fault) => `declaration: ${faultName(fault)}`));
    } else if (payload.event === 'approval_rejected') {
      lines.push(`approval rejected: ${payload.code} ${payload.detail}`.trimEnd());
    }
  }
  const noop = all(records, 'rollback_started').some((told) => told.noop);
  const over = all(records, 'rollback_finished').some(({ complete }) => complete);
  if (lines.length === 0 && noop && over) return ['no step was begun: nothing is to be verified'];
  return lines;
}

const OBSERVED_SHOWN = 300;

function gateLine(where: string, { command, expected, observed, answer }: GateRecord): string {
  const seen = observed.trim().slice(0, OBSERVED_SHOWN).toWellFormed();
  return `${where}: ${answer}: ${command}: expected ${expected}, observed ${seen}`;
}

function riskOf(
  records: readonly AuditRecord[],
  declaration: Declaration,
  blockers: readonly string[],
  residual: string | undefined,
): readonly string[] {
  const { RISK_CLASS: risk, trading_impact: impact, BLAST_RADIUS: blast } = declaration;
  const lines = [`class ${risk}, trading impact ${impact}; what can break: ${blast}`];
  lines.push(...blockers.map((blocker) => `speaks against success: ${blocker}`));
  const { custom_high_risk: high, break_glass: glass } = declaration;
  if (high !== undefined) lines.push(`custom high risk: ${high.reason}`);
  if (glass !== undefined) lines.push(`glass was broken: ${glass.reason}`);
  const self = all(records, 'approval').filter((approval) => approval.self);
  lines.push(...self.map(({ approver }) => `${approver} approved what ${approver} wanted`));
  if (residual !== undefined && !isBlank(residual)) lines.push(`residual: ${residual.trim()}`);
  return lines;
}

function nextActions(
  records: readonly AuditRecord[],
  declaration: Declaration,
  outcome: Outcome,
): readonly string[] {
  const { operation_id: id, custom_high_risk: high } = declaration;
  const lines: string[] = [];
  if (outcome === 'SUCCESS') {
    const mutations = mutationsOf(declaration, records);
    lines.push(
      mutations.size === 0
        ? 'none: nothing was changed'
        : `none needed; \`holdfast ops rollback ${id}\` puts back what was before`,
    );
  } else if (outcome === 'ROLLBACK') {
    lines.push('all is as it was before; what was wanted needs a new operation, not a repetition');
  } else {
    lines.push(
      'look at what is left, on the machine, before anything else is changed',
      'a second person clears the latch; until then no operation runs in this environment',
    );
  }
  if (high !== undefined) lines.push('look at this operation again: it was declared high risk');
  const startedAt = startOf(records);
  if (startedAt !== null) {
    const digest = declarationOf(records)?.digest ?? '';
    const occasion = { declaration, digest, startedAt, now: startedAt };
    const { due } = judgeApprovers(all(records, 'approval'), occasion);
    if (due !== null) lines.push(`approve it until ${new Date(due).toISOString()}: not yet done`);
  }
  return lines;
}
