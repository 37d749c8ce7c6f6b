/**
 * Secrets out of what is kept or shown (section 9.14). Too much is taken rather than too little: a
 * value that is gone costs a look at the machine, one that is kept costs the secret. Bytes are
 * worked on one by one (latin1), so that no broken encoding can hide a value.
 */
import { assignedValues } from './secret-names.ts';

const MARK = '[redacted]';
/** What is shown of an output; the rest is in its file. */
const SHOWN_HEAD = 4_096;
const SHOWN_TAIL = 4_096;

/** All of an output, without what is secret. `secrets` are values that must not survive at all. */
export function redactBytes(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  const forms = formsOf(secrets).map((form) => Buffer.from(form, 'utf8').toString('latin1'));
  const known = withoutValues(Buffer.from(bytes).toString('latin1'), forms);
  return Buffer.from(withoutValues(withoutPatterns(known), forms), 'latin1');
}

/** The same of a text, cut to what a record may hold. */
export function redactText(text: string, secrets: readonly string[]): string {
  return shown(redactBytes(Buffer.from(text, 'utf8'), secrets), secrets);
}

/** The beginning and the end of redacted bytes. No secret comes together at the cut. */
export function shown(redacted: Uint8Array, secrets: readonly string[]): string {
  const text = Buffer.from(redacted).toString('utf8');
  return withoutValues(bounded(text), formsOf(secrets));
}

function bounded(text: string): string {
  const left = text.length - SHOWN_HEAD - SHOWN_TAIL;
  if (left <= 0) return text;
  const head = text.slice(0, SHOWN_HEAD);
  const note = `\n[${left} characters are left out here and stand in the file]\n`;
  return `${head}${note}${text.slice(-SHOWN_TAIL)}`.toWellFormed();
}

/** A value as programs print it: as it is, in JSON, in a URL, in base64, in hex; longest first. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = new Set<string>();
  for (const given of secrets) {
    const secret = given.toWellFormed();
    if (secret === '') continue;
    const bytes = Buffer.from(secret, 'utf8');
    forms.add(secret);
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(encodeURIComponent(secret));
    forms.add(bytes.toString('base64'));
    forms.add(bytes.toString('base64url'));
    forms.add(bytes.toString('hex'));
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/**
 * One pass puts the mark in. Where a value is in the mark itself, or comes together across one,
 * it is taken out for good.
 */
function withoutValues(text: string, values: readonly string[]): string {
  let marked = text;
  for (const value of values) marked = marked.replaceAll(value, MARK.includes(value) ? '' : MARK);
  return values.some((value) => marked.includes(value)) ? takenOut(marked, values) : marked;
}

/** No prefix of the answer ever ends in one of the values, so none of them is in it. */
function takenOut(text: string, values: readonly string[]): string {
  const kept: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    kept.push(text.charAt(at));
    const last = values.find((value) => endsWith(kept, value));
    if (last !== undefined) kept.length -= last.length;
  }
  return kept.join('');
}

function endsWith(kept: readonly string[], value: string): boolean {
  if (kept.length < value.length) return false;
  for (let back = 1; back <= value.length; back += 1) {
    if (kept[kept.length - back] !== value.charAt(value.length - back)) return false;
  }
  return true;
}

/** One that has no end goes on to the end of the text. */
const PEM = /-----BEGIN [A-Z0-9 ]{1,64}-----[^]*?(?:-----END [A-Z0-9 ]{1,64}-----|$)/g;
const USER_INFO = /\b([A-Za-z][A-Za-z0-9+.-]{0,31}:\/\/)[^ \t\r\n\0"'<>]{1,4096}@/g;
const BEARER = /\b(bearer[ \t]+)[A-Za-z0-9+/._~=-]{4,}/gi;

function withoutPatterns(text: string): string {
  const plain = text
    .replace(PEM, MARK)
    .replace(USER_INFO, `$1${MARK}@`)
    .replace(BEARER, `$1${MARK}`);
  let answer = '';
  let from = 0;
  for (const [start, end] of assignedValues(plain)) {
    answer += plain.slice(from, start) + MARK;
    from = end;
  }
  return answer + plain.slice(from);
}
