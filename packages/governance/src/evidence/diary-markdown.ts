/** Entries as a person reads them (section 1.6). */
import { spellValue } from '../operations/spell.ts';
import { within, type Window } from './diary-document.ts';
import type { DiaryEntry, Open, Probe } from './entry-schema.ts';

const EMPTY = '_No entries available for the selected window._';
const NOTHING = '_none_';

export function exportMarkdown(entries: readonly DiaryEntry[], { since }: Window = {}): string {
  const shown = within(entries, since);
  if (shown.length === 0) return `${EMPTY}\n`;
  return shown.map(entryMarkdown).join('\n---\n\n');
}

export function entryMarkdown(entry: DiaryEntry): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Regime context', listed(entry.regime_state)],
    ['Decision parameters', listed(entry.decision)],
    ['Outcomes', listed(entry.outcomes)],
    ['Belief snapshot', listed(entry.belief_state ?? {})],
    ['Probe ownership', table(entry.probes)],
    ['Metadata', listed(entry.metadata)],
    ['Notes', entry.notes.map((note) => `- ${plain(note)}`)],
  ];
  const lines = sections.flatMap(([title, body]) => [
    `## ${title}`,
    '',
    ...(body.length === 0 ? [NOTHING] : body),
    '',
  ]);
  const head = [
    `# Decision diary entry — ${plain(entry.entry_id)}`,
    '',
    `- recorded_at: ${plain(entry.recorded_at)}`,
    `- policy_id: ${plain(entry.policy_id)}`,
    '',
  ];
  return [...head, ...lines].join('\n');
}

function listed(object: Open): readonly string[] {
  return Object.entries(object).map(([key, value]) => `- ${plain(key)}: ${plain(value)}`);
}

function table(probes: readonly Probe[]): readonly string[] {
  if (probes.length === 0) return [];
  const rows = probes.map(({ probe_id, status, owner, severity, contact, notes }) =>
    [probe_id, status, owner, severity, contact, notes.join('; ')].map((cell) => plain(cell ?? '')),
  );
  return [
    '| Probe ID | Status | Owner | Severity | Contact | Notes |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

/** On one line, and nothing in it that Markdown would act on. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : spellValue(value);
  return text.replaceAll(/[\\`*_{}[\]<>|#\p{C}\p{Zl}\p{Zp}]/gu, (mark) =>
    /[\p{C}\p{Zl}\p{Zp}]/u.test(mark) ? spellValue(mark).slice(1, -1) : `\\${mark}`,
  );
}
