/** The report as files: `report.json`, whose digest is in the log, and `report.md`, made of it. */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { canonical } from '@holdfast/runtime/proof';
import { putDurably } from './durable-file.ts';
import type { AuditRecord } from './event.ts';
import { redactText } from './redact.ts';
import { makeReport, type Prose, type Report, SECTIONS } from './report.ts';
import { printable, renderStepLog } from './step-log.ts';
import { REPORT_FILE } from './verify-audit.ts';

export type ReportWritten =
  | { readonly ok: true; readonly report: Report; readonly sha256: string }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Writes both files beside the log; nothing at all where a section is empty. */
export function writeReport(
  folder: string,
  records: readonly AuditRecord[],
  prose: Prose,
  secrets: readonly string[] = [],
): ReportWritten {
  const { summary, residualRisk } = prose;
  const made = makeReport(records, {
    ...(summary === undefined ? {} : { summary: redactText(summary, secrets) }),
    ...(residualRisk === undefined ? {} : { residualRisk: redactText(residualRisk, secrets) }),
  });
  if (!made.ok) return made;
  const markdown = renderReport(made.report, records);
  // The log holds the digest of the one file, and that file the digest of the other.
  const markdownSha256 = hash('sha256', markdown, 'hex');
  const json = `${canonical({ ...made.report, markdown_sha256: markdownSha256 })}\n`;
  putDurably(join(folder, 'report.md'), markdown, 0o644);
  putDurably(join(folder, REPORT_FILE), json, 0o644);
  return { ok: true, report: made.report, sha256: hash('sha256', json, 'hex') };
}

/** Markdown for people. What was observed stands in fences that it cannot close. */
export function renderReport(report: Report, records: readonly AuditRecord[]): string {
  const { operation_id: id, outcome, audit_head: head, sections } = report;
  const lines = [`# ${id}: ${outcome}`, '', `Made from the audit log up to \`${head}\`.`, ''];
  for (const section of SECTIONS) {
    lines.push(`## ${section}`, '');
    if (section === 'EXEC SUMMARY') lines.push(...fenced(sections[section].join('\n\n')));
    else lines.push(...fenced(sections[section].map((line) => `- ${flat(line)}`).join('\n')));
  }
  const log = renderStepLog(records);
  if (log !== '') lines.push('## STEP LOG', '', ...fenced(log.trimEnd()));
  return lines.join('\n');
}

function flat(line: string): string {
  return line.replaceAll(/\s*\n\s*/g, ' / ');
}

function fenced(text: string): readonly string[] {
  const content = printable(text);
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, content, fence, ''];
}
