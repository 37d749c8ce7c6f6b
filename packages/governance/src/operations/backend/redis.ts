/**
 * Reading Redis as a user that may only read (specification 9.14, O-05): Redis itself refuses all
 * else, whatever is asked and by whichever way. The user is made for one run and taken away after.
 */
import { randomBytes } from 'node:crypto';
import { connectRedis, parseRedisUrl, type RedisAddress, type Reply } from './resp.ts';

/** INFO belongs to the dangerous category: it has to be given back after that was taken away. */
const RULES =
  'reset on resetkeys %R~* resetchannels -@all +@read +@connection -@dangerous -@scripting +info';

export interface RedisReader {
  /** The answer to one command; throws where Redis cannot be heard. */
  ask(command: readonly string[]): Promise<Reply>;
  /** Takes the user away. */
  close(): Promise<void>;
}

/**
 * A user of its own with a random password, made over `url`, whose user may make users. Everything
 * is asked as the new one.
 */
export async function provisionRedis(url: string): Promise<RedisReader> {
  const address = parseRedisUrl(url);
  const user = `opsgov-${randomBytes(6).toString('hex')}`;
  const password = randomBytes(24).toString('hex');
  await once(address, ['ACL', 'SETUSER', user, ...RULES.split(' '), `>${password}`]);
  return {
    ask: async (command) => {
      const client = await connectRedis({ ...address, user, password });
      try {
        return await client.ask(command);
      } finally {
        client.close();
      }
    },
    close: () => once(address, ['ACL', 'DELUSER', user]),
  };
}

async function once(address: RedisAddress, command: readonly string[]): Promise<void> {
  const client = await connectRedis(address);
  try {
    const reply = await client.ask(command);
    if (typeof reply === 'object' && reply !== null && 'error' in reply) {
      throw new Error(`Redis: ${reply.error}`);
    }
  } finally {
    client.close();
  }
}
