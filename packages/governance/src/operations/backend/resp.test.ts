import { createServer, type Server, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis, parseRedisUrl, readReply, type Reply } from './resp.ts';

function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if ('error' in reply) return `-${reply.error}\r\n`;
  return `*${reply.length}\r\n${reply.map(encode).join('')}`;
}

const replies = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.constant(null),
    fc.record({ error: fc.stringMatching(/^[A-Z a-z]+$/) }),
    fc.array(tie('reply'), { maxLength: 4 }),
  ),
})).reply;

describe('the protocol of Redis', () => {
  it('9.14 reads what was written, and waits at every byte where it is cut', () => {
    fc.assert(
      fc.property(replies, (reply) => {
        const bytes = Buffer.from(encode(reply));
        expect(readReply(bytes, 0, 0)).toEqual({ reply, end: bytes.length });
        for (let cut = 0; cut < bytes.length; cut += 1) {
          expect(readReply(bytes.subarray(0, cut), 0, 0)).toBeNull();
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each(['?x\r\n', '$x\r\n', '$99999999999\r\n', '*1\r\n'.repeat(9) + ':1\r\n'])(
    '9.14 %j is no answer',
    (text) => expect(() => readReply(Buffer.from(text), 0, 0)).toThrow(/answer/),
  );

  it.each(['redis://10.0.0.1', 'http://127.0.0.1', 'redis://127.1', 'redis://example.com:6379'])(
    '9.14 %s is not asked',
    (url) => expect(() => parseRedisUrl(url)).toThrow('only redis:// on the loopback'),
  );

  it('9.14 an address on the loopback is read with its user', () => {
    expect(parseRedisUrl('redis://a%40:b%2F@localhost')).toEqual({
      host: '127.0.0.1',
      port: 6_379,
      user: 'a@',
      password: 'b/',
    });
    expect(parseRedisUrl('redis://[::1]:7')).toMatchObject({ host: '::1', port: 7, user: null });
  });
});

describe('a server that does not behave', () => {
  let server: Server;
  afterEach(() => server.close());
  async function serve(behave: (socket: Socket) => void): Promise<number> {
    server = createServer(behave);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  it.each([
    ['hangs up', (socket: Socket) => socket.end(), 'closed'],
    ['says nonsense', (socket: Socket) => socket.write('nonsense\r\n'), 'nobody can read'],
  ])('9.14 that %s is no answer', async (_, behave, why) => {
    const port = await serve((socket) => {
      socket.on('error', () => undefined).once('data', () => behave(socket));
    });
    const client = await connectRedis({ host: '127.0.0.1', port, user: null, password: null });
    await expect(client.ask(['PING'])).rejects.toThrow(why);
    await expect(client.ask(['PING'])).rejects.toThrow('not connected');
  });
});
