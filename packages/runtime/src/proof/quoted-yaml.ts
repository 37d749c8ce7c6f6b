/**
 * A plain value as YAML in which every text is quoted, so that none is taken for a number, a date,
 * a key or a comment. One value has one spelling: what is edited in it is seen byte by byte.
 */
export function quotedYaml(value: Readonly<Record<string, unknown>>): string {
  return linesOf(value)
    .map((line) => `${line}\n`)
    .join('');
}

/** Lines of a map or a list, without what stands before them. */
function linesOf(value: object): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const [first = '', ...rest] = isBlock(item) ? linesOf(item) : [scalar(item)];
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  }
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    const name = /^[a-z][a-z0-9_]*$/.test(key) ? key : scalar(key);
    if (!isBlock(item)) return [`${name}: ${scalar(item)}`];
    return [`${name}:`, ...linesOf(item).map((line) => `  ${line}`)];
  });
}

/** What has lines of its own: an empty list or map has none. */
function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** JSON's spelling, which YAML reads as JSON does; signs that YAML does not print are escaped. */
function scalar(value: unknown): string {
  const text = JSON.stringify(value);
  return text.replaceAll(
    /[\u007f-\u009f\u00ad\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
