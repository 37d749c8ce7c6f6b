/**
 * Where the members of a large document stand, so that each can be read strictly by itself: the
 * strict reader takes a megabyte, a diary has more. The text must be JSON, as `JSON.parse` says.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The members of the object that the text is; a key that comes twice is there twice. */
export function membersOf(text: string): readonly { readonly key: string; readonly at: Span }[] {
  const spans = valuesIn(text, skipSpace(text, 0));
  const members: { key: string; at: Span }[] = [];
  for (let index = 0; index + 1 < spans.length; index += 2) {
    const [name, at] = [spans[index], spans[index + 1]];
    if (name === undefined || at === undefined) break;
    members.push({ key: String(JSON.parse(text.slice(name.start, name.end))), at });
  }
  return members;
}

/** The items of the list at `span`. */
export function itemsOf(text: string, { start }: Span): readonly Span[] {
  return valuesIn(text, start);
}

/** The values directly in the object or list that opens at `open`; keys are values here. */
function valuesIn(text: string, open: number): readonly Span[] {
  const spans: Span[] = [];
  let at = skipSpace(text, open + 1);
  while (at < text.length && text[at] !== ']' && text[at] !== '}') {
    const end = endOf(text, at);
    spans.push({ start: at, end });
    at = skipSpace(text, end);
    if (text[at] === ',' || text[at] === ':') at = skipSpace(text, at + 1);
  }
  return spans;
}

const SPACE = new Set([' ', '\n', '\r', '\t']);

function skipSpace(text: string, from: number): number {
  let at = from;
  while (SPACE.has(text.charAt(at))) at += 1;
  return at;
}

/** Just behind the value that begins at `from`. */
function endOf(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const mark = text.charAt(at);
    if (mark === '"') at = endOfString(text, at);
    else {
      if (mark === '{' || mark === '[') depth += 1;
      if (mark === '}' || mark === ']') depth -= 1;
      if (depth < 0 || (depth === 0 && (mark === ',' || SPACE.has(mark)))) return at;
      at += 1;
    }
    if (depth === 0 && (mark === '"' || mark === '}' || mark === ']')) return at;
  }
  return at;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}
