/** A filled runbook (section 9.11) is a declaration: the one block of its section 0. */
import type { Fault } from './fault.ts';
import { faultAt } from './place.ts';
import { type DeclarationRead, readDeclaration } from './read.ts';

/** The headings of a runbook, in their order. */
export const RUNBOOK_SECTIONS = [
  'Operation Declaration',
  'Scope Contract',
  'Execution Plan',
  'Evidence + Verification Gates',
  'Rollback Procedure',
  'Final Report',
  'Signoff & Ledger Entry',
] as const;

/** Sections from here on are written by the runner. */
const RUNNERS_OWN = 5;
const RUNBOOK_LENGTH_MAX = 1 << 20;

interface Line {
  readonly text: string;
  readonly number: number;
}

/**
 * Total: a declaration, or everything that is missing. A placeholder anywhere in front of what the
 * runner writes is refused, whatever it is called.
 */
export function readRunbook(text: string): DeclarationRead {
  if (text.length > RUNBOOK_LENGTH_MAX) {
    return refused([unreadable('too_large', `at most ${RUNBOOK_LENGTH_MAX} characters are read`)]);
  }
  const lines = text.split(/\r?\n/).map((line, index) => ({ text: line, number: index + 1 }));
  const sections = sectionsOf(lines);
  if ('code' in sections) return refused([sections]);
  const filled = [...sections.head, ...sections.parts.slice(0, RUNNERS_OWN).flat()];
  const unfilled = filled.flatMap(placeholdersOf);
  const block = onlyBlock(sections.parts[0] ?? []);
  if ('code' in block) return refused([...unfilled, block]);
  if (unfilled.length > 0) return refused(unfilled);
  return readDeclaration(block.text, 'yaml', block.number);
}

function refused(faults: readonly Fault[]): DeclarationRead {
  const [first, ...rest] = faults;
  const empty = unreadable('empty', 'it holds nothing');
  return { ok: false, faults: [first ?? empty, ...rest] };
}

function unreadable(what: string, message: string): Fault {
  return faultAt('declaration_unreadable', what, '', message);
}

interface Sections {
  readonly head: readonly Line[];
  readonly parts: readonly (readonly Line[])[];
}

const HEADING = /^##\s+([0-9]+)\)\s+(.+?)\s*$/;

function sectionsOf(lines: readonly Line[]): Sections | Fault {
  const head: Line[] = [];
  const parts: Line[][] = [];
  let isFenced = false;
  for (const line of lines) {
    if (isFence(line.text)) isFenced = !isFenced;
    const heading = isFenced ? null : HEADING.exec(line.text);
    if (heading === null) {
      (parts.at(-1) ?? head).push(line);
      continue;
    }
    const [, number = '', title = ''] = heading;
    const expected = RUNBOOK_SECTIONS[parts.length];
    const isNext = Number(number) === parts.length && expected !== undefined;
    if (!isNext || !title.startsWith(expected)) {
      const wanted = expected === undefined ? 'no further section' : `${parts.length}) ${expected}`;
      return unreadable('section', `line ${line.number}: here should be ${wanted}`);
    }
    parts.push([]);
  }
  if (parts.length === RUNBOOK_SECTIONS.length) return { head, parts };
  const missing = RUNBOOK_SECTIONS.slice(parts.length).join(', ');
  return unreadable('section', `these sections are missing: ${missing}`);
}

function isFence(text: string): boolean {
  return /^\s*(```|~~~)/.test(text);
}

/** The one fenced block of YAML, with the line it begins at. */
function onlyBlock(section: readonly Line[]): Line | Fault {
  const fences = section.filter(({ text }) => isFence(text));
  const [open, close] = fences;
  if (open === undefined || close === undefined || fences.length !== 2) {
    const message = 'section 0 holds one fenced block, and nothing else is read';
    return unreadable('block', message);
  }
  if (!/^```ya?ml\s*$/.test(open.text) || !/^```\s*$/.test(close.text)) {
    return unreadable('block', `line ${open.number}: the block is fenced as yaml, at the margin`);
  }
  const inside = section.filter(({ number }) => number > open.number && number < close.number);
  const text = `${inside.map((line) => line.text).join('\n')}\n`;
  return { text, number: open.number + 1 };
}

/** `<NAME>`, `<name of it>` and the like; addresses and comments are none. */
const UNFILLED = /<(?:[\p{L}][\p{L}\p{N}_ -]*|…|\.{3})>/gu;

function placeholdersOf({ text, number }: Line): readonly Fault[] {
  return [...text.matchAll(UNFILLED)].map(([found]) =>
    faultAt(
      'placeholder_unresolved',
      `line ${number}`,
      '',
      `line ${number}: ${found} is still to be filled in`,
    ),
  );
}
