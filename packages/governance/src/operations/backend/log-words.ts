/** Which line of a log speaks of trouble (specification 9.6, O-09). */

/** As words, also joined by `_` or standing at the end of a name, and in every form they take. */
const TROUBLE =
  /(?<![a-z0-9])(errors?|fail(s|ed|ing|ures?)?|panic(s|k?ed|king)?|fatal(ly)?)(?![a-z0-9])/i;
/** `TypeError`, `ConnectionFailure`: the word is the end of a name. */
const NAMED = /[a-z](Error|Failure|Panic)s?(?![a-z])/;
/** `0 errors`, `failed: 0`: a count of none. `10 errors` and `error=0x80` are something else. */
const NONE = [
  // The count ends its field: `restart failed: 0 attempts left` is no count of failures.
  /(?<![a-z0-9])(errors?|failures?|failed|panics?)["']? ?[:=] ?0(?=$|[,;}\]]| ["']?\w+["']?[:=])/gi,
  /(?<![\w.,:=-])(0|no|zero) (errors?|failures?|failed|panics?)(?![\w])/gi,
];

export function speaksOfTrouble(line: string): boolean {
  return [plain(line, ' '), plain(line, '')].some((text) => {
    const rest = NONE.reduce((left, none) => left.replaceAll(none, ''), text);
    return TROUBLE.test(rest) || NAMED.test(rest);
  });
}

/** Colours and moves of the cursor, titles of windows: they end in letters, and split words. */
const ESCAPES = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]',
    '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?',
    '\\u001b[ -/]*[0-~]',
  ].join('|'),
  'g',
);

/** As a person would see it: letters in their one form, and nothing between them. */
function plain(line: string, instead: '' | ' '): string {
  const seen = line.replaceAll(ESCAPES, instead).normalize('NFKC');
  return seen.replaceAll(/[\p{Cc}\p{Cf}]/gu, instead);
}

const STAR = '*';
const LITERAL_MIN = 4;

/** Whether it says enough to let a line through: a star alone would let every line through. */
export function isTellingPattern(pattern: string): boolean {
  return pattern.split(STAR).join('').trim().length >= LITERAL_MIN;
}

/**
 * Whether the line holds the pattern: its parts between the stars, in that order, as they are. Not
 * a regular expression: those can be made to never end, and a dot is a dot in a log.
 */
export function isExpected(line: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    let at = 0;
    return pattern.split(STAR).every((part) => {
      const found = line.indexOf(part, at);
      at = found + part.length;
      return found >= 0;
    });
  });
}
