/** Text of a declaration as it is shown to people: nothing in it can pass for something else. */

const PLAIN = /^[A-Za-z0-9@%_+=:,./-]+$/;

/** One argument, path or name: as it is where it is plain, else in quotes and in ASCII. */
export function spellWord(word: string): string {
  if (PLAIN.test(word)) return word;
  return spellValue(word);
}

/** A value in the form of JSON and in ASCII: `"6"` and `6` differ. */
export function spellValue(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, escaped);
}

/** An argument list: its words in brackets, so that no space is taken for a border. */
export function spellArguments(argv: readonly string[]): string {
  return `[${argv.map(spellWord).join(' ')}]`;
}

/** Prose on one line: words of any language, and nothing that moves the lines around it. */
export function spellProse(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
