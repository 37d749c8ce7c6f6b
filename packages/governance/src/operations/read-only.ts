/**
 * Questions that change nothing. What is not known to only read is refused; whoever asks does so
 * with a user that can only read as well.
 */

/** Commands of Redis that neither write, wait, nor run code. */
const REDIS_READS: ReadonlySet<string> = new Set(
  (
    'PING TIME DBSIZE INFO EXISTS TYPE TTL PTTL GET MGET STRLEN GETRANGE HGET HMGET HGETALL HLEN ' +
    'HEXISTS HKEYS LLEN LINDEX LRANGE SCARD SISMEMBER SMEMBERS ZCARD ZSCORE ZCOUNT ZRANGE XLEN ' +
    'XRANGE XREVRANGE XINFO XPENDING'
  ).split(' '),
);

/** Null where the command only reads, else what it is. */
export function redisFault(command: readonly string[]): string | null {
  const [verb = ''] = command;
  if (!REDIS_READS.has(verb)) {
    return `${verb} is none of the commands that only read, in capitals`;
  }
  return null;
}

/** Words that stand before a bracket without being called. */
const SQL_WORDS = 'select from where and or not in any all exists as on when then else having by';
const SQL_CALLS =
  'count sum min max avg abs round floor ceil coalesce nullif greatest least length lower upper ' +
  'now date_trunc extract bool_and bool_or cast';
const MAY_STAND_BEFORE_A_BRACKET = new Set(`${SQL_WORDS} ${SQL_CALLS}`.split(' '));
const SQL_ACTS = new Set(
  (
    'insert update delete merge truncate drop alter create grant revoke copy call do set reset ' +
    'lock notify listen vacuum analyze refresh into for prepare execute'
  ).split(' '),
);

/** Null where the text is one query that only reads, else why that cannot be told. */
export function postgresFault(query: string): string | null {
  const bare = query.replaceAll(/'(?:[^'\\]|'')*'/g, "''");
  if (/[;\\$"]|--|\/\*/.test(bare) || bare.replaceAll("''", '').includes("'")) {
    return 'one plain statement: no `;`, comment, backslash, `$` or double quote';
  }
  if (/[^\x20-\x7e\s]/.test(bare)) return 'outside of quotes it is written in ASCII';
  const words = bare.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? [];
  if (words[0] !== 'select' && words[0] !== 'show') return 'it begins with SELECT or SHOW';
  const act = words.find((word) => SQL_ACTS.has(word));
  if (act !== undefined) return `${act.toUpperCase()} may change something`;
  for (const [, name = ''] of bare.toLowerCase().matchAll(/([a-z0-9_.]+)\s*\(/g)) {
    if (MAY_STAND_BEFORE_A_BRACKET.has(name)) continue;
    return `${name}() is none of the functions that are known to only read`;
  }
  return null;
}
