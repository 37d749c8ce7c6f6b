/** Names of fields whose values are nobody's business, however they are spelled. */
const SECRET_NAME =
  /secret|token|password|passphrase|authorization|signature|private_?key|api_?key|credential/i;
const MASK = '[secret]';
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;

/**
 * A copy that can be written down: secret fields masked, everything bounded. What is deeper or
 * longer than a log line should be is cut, and says so.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (depth >= DEPTH_MAX) return '[deeper]';
  if (Array.isArray(value)) {
    const items = value.slice(0, ITEMS_MAX).map((item) => redact(item, depth + 1));
    return value.length > ITEMS_MAX ? [...items, `[${value.length - ITEMS_MAX} more]`] : items;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return redact(value.toJSON(), depth + 1);
  }
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value).slice(0, ITEMS_MAX)) {
    copy[name] = SECRET_NAME.test(name) ? MASK : redact(item, depth + 1);
  }
  return copy;
}

/**
 * Takes known secret values out of a finished line, wherever they got in: in a message, a path, an
 * address. Short ones are left alone, as they would match half of every line.
 */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  const known = secrets.filter((secret) => secret.length >= 6);
  // In a line of JSON a secret with quotes in it is spelled otherwise.
  const spellings = known.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (line) => spellings.reduce((text, secret) => text.replaceAll(secret, MASK), line);
}
