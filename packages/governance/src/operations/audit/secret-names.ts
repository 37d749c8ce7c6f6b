/** Finds the values of variables whose names say that they are secret, however they are written. */

const CONTAINED = new RegExp(
  [
    'secret|token|passw|passphrase|passcode|credential|authorization|cookie|mnemonic',
    '(?:api|private|access|signing|encryption|master|session|account|ssh)[_.-]?key',
  ].join('|'),
  'i',
);
const SEGMENTS: ReadonlySet<string> = new Set(
  'key keys pwd pass pw pin auth dsn seed salt psk jwt otp'.split(' '),
);
const WHOLE_LINE = /authorization|cookie/i;

/** `name =`, `"name":`, `name =>`, `--name `; a name begins where the word does. */
const NAME =
  /(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{1,128})(?:(\\*["']?)[ \t]*(=>|:=|=|:)|(?=[ \t]))[ \t]*/g;
const LINE_START = /(?:^|[\n\0])[ \t#>-]*(?:(?:export|set|setenv|ENV)[ \t]+)?$/;
const QUOTE = /\\*["']/y;
const BLOCK = /(?:[|>][-+0-9]*|[[{])?[ \t]*(?:\r?\n|$)/y;
const BARE_JSON = /(?:true|false|null|-?[0-9][0-9.eE+-]*)(?=[ \t]*[,}\]\r\n])/y;

/** Start and end of each value, in order and without overlap. */
export function* assignedValues(text: string): Generator<readonly [number, number]> {
  NAME.lastIndex = 0;
  for (let hit = NAME.exec(text); hit !== null; hit = NAME.exec(text)) {
    const [whole, name = '', quote = '', separator] = hit;
    const flag = separator === undefined;
    if (!isSecretName(name) || (flag && !name.startsWith('-'))) continue;
    const at = hit.index + whole.length;
    const range = valueAt(text, at, { name, quote, separator: separator ?? ' ', start: hit.index });
    NAME.lastIndex = Math.max(at, range[1]);
    if (range[1] > range[0]) yield range;
  }
}

export function isSecretName(name: string): boolean {
  if (CONTAINED.test(name)) return true;
  const parts = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_.-]+/);
  return parts.some((part) => SEGMENTS.has(part));
}

interface Assigned {
  readonly name: string;
  /** What closes the name: `"` in JSON. */
  readonly quote: string;
  readonly separator: string;
  /** Where the name begins. */
  readonly start: number;
}

function valueAt(text: string, at: number, assigned: Assigned): readonly [number, number] {
  BLOCK.lastIndex = at;
  const block = assigned.separator === ' ' ? null : BLOCK.exec(text);
  if (block !== null) return [at + block[0].length, blockEnd(text, at + block[0].length, assigned)];
  QUOTE.lastIndex = at;
  const opening = QUOTE.exec(text)?.[0];
  if (opening !== undefined) {
    const from = at + opening.length;
    return [from, quotedEnd(text, from, opening)];
  }
  BARE_JSON.lastIndex = at;
  const bare = assigned.quote === '' ? null : BARE_JSON.exec(text);
  if (bare !== null) return [at, at + bare[0].length];
  return [at, plainEnd(text, at, assigned)];
}

/** Lines that are indented deeper than the name, or are items of its list. */
function blockEnd(text: string, from: number, { start }: Assigned): number {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const depth = indentOf(text, line);
  let end = from;
  while (end < text.length) {
    const next = text.indexOf('\n', end);
    const stop = next === -1 ? text.length : next + 1;
    const indent = indentOf(text, end);
    const first = text.charAt(end + indent);
    const blank = first === '' || first === '\n' || first === '\r';
    if (!blank && indent <= depth && !(indent === depth && first === '-')) break;
    end = stop;
  }
  // The line end before what follows is layout.
  return end > from && text.charAt(end - 1) === '\n' ? end - 1 : end;
}

function indentOf(text: string, line: number): number {
  let at = line;
  while (text.charAt(at) === ' ' || text.charAt(at) === '\t') at += 1;
  return at - line;
}

/** The closing quote; what hangs on to it (`"a"b`, `'it''s'`) belongs to the value as well. */
function quotedEnd(text: string, from: number, opening: string): number {
  const quote = opening.slice(-1);
  let at = from;
  while (at < text.length) {
    if (opening.length === 1 && quote === '"' && text.charAt(at) === '\\') at += 2;
    else if (text.startsWith(opening, at)) {
      const after = at + opening.length;
      if (isDelimiter(text.charAt(after))) return at;
      at = after;
    } else at += 1;
  }
  return text.length;
}

function isDelimiter(character: string): boolean {
  return character === '' || ' \t\r\n\0,;}])&|'.includes(character);
}

/** Without quotes: to the end of the line where the line is the assignment, else of the word. */
function plainEnd(text: string, at: number, assigned: Assigned): number {
  const { name, quote, separator, start } = assigned;
  const before = text.charAt(start - 1);
  if (quote === '' && (before === '"' || before === "'")) {
    const closing = text.indexOf(before, at);
    if (closing !== -1) return closing;
  }
  const whole =
    separator.includes(':') ||
    WHOLE_LINE.test(name) ||
    LINE_START.test(text.slice(Math.max(0, start - 64), start));
  let end = at;
  const stops = whole && separator !== ' ' ? '\r\n\0' : ' \t\r\n\0';
  while (end < text.length && !stops.includes(text.charAt(end))) end += 1;
  return end;
}
