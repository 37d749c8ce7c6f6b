/**
 * Whether the streams on the deny list are there by these very names (section 9.4): a name that
 * exists nowhere, beside one that is nearly it, protects nothing. It warns and stops nobody: the
 * user that reads may write to no stream, whatever it is called.
 */
import { messageOf } from '@holdfast/runtime/proof';
import { printable } from '../audit/step-log.ts';
import { nearMisses } from '../forbidden.ts';
import { provisionRedis, type RedisReader } from './redis.ts';
import type { Reply } from './resp.ts';

const KEYS_A_TIME = '1000';
/** More rounds than this are a Redis nobody can look through now. */
const ROUNDS_MAX = 5_000;

/** What is to be said of the listed names; nothing where each is there, or nothing like it. */
export async function streamWarnings(
  url: string,
  listed: readonly string[],
): Promise<readonly string[]> {
  try {
    const existing = await withReader(url, streamsOf);
    return nearMisses(listed, existing).map(
      // Whoever may write to Redis chose these names: they move nobody's cursor.
      ({ listed: name, near }) =>
        printable(`stream_not_there:${name}: there is ${near.join(', ')}`),
    );
  } catch (error) {
    return [`streams_not_asked: ${messageOf(error)}`];
  }
}

async function withReader<T>(url: string, use: (reader: RedisReader) => Promise<T>): Promise<T> {
  const reader = await provisionRedis(url);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

async function streamsOf(reader: RedisReader): Promise<readonly string[]> {
  const names = new Set<string>();
  let cursor = '0';
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const reply = await reader.ask(['SCAN', cursor, 'COUNT', KEYS_A_TIME, 'TYPE', 'stream']);
    const [next, found] = pageOf(reply);
    for (const name of found) names.add(name);
    if (next === '0') return [...names];
    cursor = next;
  }
  throw new Error(`Redis holds more keys than ${ROUNDS_MAX} rounds show`);
}

function pageOf(reply: Reply): readonly [string, readonly string[]] {
  if (Array.isArray(reply)) {
    const [next, found] = reply as readonly Reply[];
    if (typeof next === 'string' && Array.isArray(found)) {
      return [next, found.filter((name: Reply) => typeof name === 'string')];
    }
  }
  throw new Error(`Redis: ${JSON.stringify(reply)} is no page of a scan`);
}
