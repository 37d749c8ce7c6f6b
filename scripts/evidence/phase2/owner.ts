/**
 * Owner acceptance A to D (phases section 8). What a machine can look at is looked at; five seconds
 * of a person are a person's.
 */
import { readOwnerStatus } from '../../../packages/core/src/status.ts';
import { ownerLines } from '../../../packages/runtime/src/cli/owner-lines.ts';
import { table } from '../markdown.ts';
import type { Item } from '../pack.ts';
import { NOT_SIGNED, ofDocument } from '../provenance.ts';

export const OWNER_PATH = 'owner_acceptance.md';
/** Mode and reason must be among these, at the top of what is printed. */
const LINES_READ = 2;
const CHARACTERS_READ = 240;
const SIGNERS = ['Role', 'Name', 'Signature', 'Date (UTC)'];

/** One observed status, and what `holdfast status` prints of it. */
interface Read {
  readonly folder: string;
  readonly problems: readonly string[];
  readonly shown: readonly string[];
}

/** @param observed the statuses of the drills, by folder. */
export function ownerItem(
  observed: readonly (readonly [folder: string, text: string])[],
  buildId: string,
): Item {
  const read = observed.map(([folder, text]) => readAsOwner(folder, text));
  const rows = read.map(({ folder, problems, shown }) => [
    folder,
    problems.length === 0 ? 'PASS' : `FAIL ${problems.join('; ')}`,
    shown.join(' / '),
    NOT_SIGNED,
  ]);
  const text = `# Owner acceptance — ${NOT_SIGNED}

A machine has looked whether mode and reason stand in the first ${LINES_READ} lines and
${CHARACTERS_READ} characters of \`holdfast status\`, whether every step out of it is AUTO with a
number or MANUAL with a named act, and whether every word is the catalogue's. Whether a person who
is no engineer names mode and reason within five seconds, no machine can say.

${table(['Drill', 'By machine', 'First lines', 'Within five seconds (a person)'], rows)}

${table(SIGNERS, [['Owner', NOT_SIGNED, NOT_SIGNED, NOT_SIGNED]])}
`;
  return { path: OWNER_PATH, provenance: ofDocument(buildId), text };
}

export function readAsOwner(folder: string, text: string): Read {
  const document: unknown = JSON.parse(text);
  const reading = readOwnerStatus(document);
  if (!reading.sound) return { folder, problems: reading.broken, shown: [reading.code] };
  const lines = ownerLines(reading, new Date(0).toISOString());
  const shown = lines.slice(0, LINES_READ);
  const top = shown.join('\n').slice(0, CHARACTERS_READ);
  const problems: string[] = [];
  if (!/^trading_mode: (?:ACTIVE|REDUCE_ONLY|KILL)/.test(top)) problems.push('no mode at the top');
  if (!top.includes(reading.message)) problems.push('the reason is cut off');
  for (const { type, condition, target } of reading.unblock) {
    if (condition.trim() === '' || target.trim() === '') problems.push(`a vague ${type} step`);
  }
  if (reading.document.trading_mode !== 'Active' && reading.unblock.length === 0) {
    problems.push('no way out is named');
  }
  return { folder, problems, shown };
}

export function ownerFaults(text: string): readonly string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| drill_'));
  if (rows.length === 0) return ['no status was read'];
  return rows
    .filter((row) => !row.includes('| PASS |'))
    .map((row) => `${row.split('|')[1]?.trim()} is not readable at a glance`);
}
