/** The few words of the Redis protocol (RESP2) that asking and provisioning need. */
import { connect } from 'node:net';
import { isLoopbackAddress } from './loopback.ts';

const REPLY_MAX = 4 << 20;
const TIMEOUT_MS = 5_000;
const DEPTH_MAX = 8;

/** What the server answers. An error is an answer as well. */
export type Reply = string | number | null | readonly Reply[] | { readonly error: string };

export interface RespClient {
  /** Throws where the server cannot be heard, or not in time. */
  ask(command: readonly string[]): Promise<Reply>;
  close(): void;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** Who it logs in as; the default user needs no word where it has no password. */
  readonly user: string | null;
  readonly password: string | null;
}

/** Of a `redis:` address on this machine; throws at any other. */
export function parseRedisUrl(url: string): RedisAddress {
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== 'redis:' || !isLoopbackAddress(hostname)) {
    throw new Error('only redis:// on the loopback is asked');
  }
  return {
    host: hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6_379 : Number(port),
    user: username === '' ? null : decodeURIComponent(username),
    password: password === '' ? null : decodeURIComponent(password),
  };
}

/** One connection, one question at a time. */
export async function connectRedis(address: RedisAddress): Promise<RespClient> {
  const socket = connect({ host: address.host, port: address.port });
  let buffer = Buffer.alloc(0);
  let waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;
  const fail = (why: string): void => {
    waiting?.reject(new Error(`Redis: ${why}`));
    waiting = null;
    socket.destroy();
  };
  socket.setTimeout(TIMEOUT_MS, () => fail('no answer in time'));
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('the connection was closed'));
  socket.on('data', (piece) => {
    buffer = Buffer.concat([buffer, piece]);
    if (buffer.length > REPLY_MAX) return fail('an answer longer than can be held');
    try {
      const read = readReply(buffer, 0, 0);
      if (read === null) return;
      buffer = buffer.subarray(read.end);
      if (waiting === null) return fail('an answer nobody asked for');
      const asked = waiting;
      waiting = null;
      asked.resolve(read.reply);
    } catch (error) {
      fail(error instanceof Error ? error.message : 'an answer nobody can read');
    }
  });
  const ask = (command: readonly string[]): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (waiting !== null || socket.destroyed) return reject(new Error('Redis: not connected'));
      waiting = { resolve, reject };
      socket.write(encode(command));
    });
  const client: RespClient = { ask, close: () => socket.destroy() };
  if (address.password !== null) {
    const { user, password } = address;
    const reply = await ask(['AUTH', ...(user === null ? [] : [user]), password]);
    if (reply !== 'OK') {
      client.close();
      throw new Error('Redis: the user was not let in');
    }
  }
  return client;
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}

interface Read {
  readonly reply: Reply;
  readonly end: number;
}

/** One reply from `at` on; null where it is not all there yet. */
export function readReply(buffer: Buffer, at: number, depth: number): Read | null {
  const line = buffer.indexOf('\r\n', at);
  if (line < 0) return null;
  const text = buffer.toString('utf8', at + 1, line);
  const end = line + 2;
  switch (String.fromCharCode(buffer[at] ?? 0)) {
    case '+':
      return { reply: text, end };
    case '-':
      return { reply: { error: text }, end };
    case ':':
      return { reply: count(text), end };
    case '$':
      return readBulk(buffer, end, count(text));
    case '*':
      return readArray(buffer, end, count(text), depth);
    default:
      throw new Error('an answer nobody can read');
  }
}

function count(text: string): number {
  if (!/^-?\d{1,18}$/.test(text)) throw new Error('an answer nobody can read');
  return Number(text);
}

function readBulk(buffer: Buffer, at: number, length: number): Read | null {
  if (length < 0) return { reply: null, end: at };
  if (length > REPLY_MAX) throw new Error('an answer longer than can be held');
  if (buffer.length < at + length + 2) return null;
  return { reply: buffer.toString('utf8', at, at + length), end: at + length + 2 };
}

function readArray(buffer: Buffer, at: number, length: number, depth: number): Read | null {
  if (length < 0) return { reply: null, end: at };
  if (depth >= DEPTH_MAX) throw new Error('an answer nested too deep');
  const items: Reply[] = [];
  let end = at;
  while (items.length < length) {
    const item = readReply(buffer, end, depth + 1);
    if (item === null) return null;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: items, end };
}
