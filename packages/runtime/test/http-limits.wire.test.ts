/** What the port does to those who ask too much, or never finish asking. */
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../src/http/server.ts';
import { ask as askUrl, type Asked, askRaw, HttpDesk } from './http-desk.ts';

let desk: HttpDesk;
let server: HttpServer;
const ask = (path: string, asked: Asked = {}) => askUrl(server.url, path, asked);
const raw = (bytes: string) => askRaw(server.url, bytes);

beforeEach(async () => {
  desk = new HttpDesk();
  server = await desk.open();
});
afterEach(async () => {
  await server.close();
  desk.remove();
});

describe('a connection', () => {
  it('half a request is given up', async () => {
    const answer = await raw('POST /api/v1/emergency/reduce_only HTTP/1.1\r\nhost: 127.0.0.1\r\n');
    expect(answer === '' || answer.includes(' 408 ')).toBe(true);
  });

  it('a connection that asks without end is closed', async () => {
    const one = 'GET /api/v1/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';
    const answer = await raw(one.repeat(1_005));
    expect(answer.match(/ 200 OK/g)?.length).toBe(1_000);
    expect(answer.toLowerCase()).toContain('connection: close');
  });
});

describe('a token', () => {
  it('is guessed at so often and no more, and the right one still opens', async () => {
    const token = desk.token();
    const wrong = { token: `hf_${'B'.repeat(43)}` };
    const found = new Set<number>();
    for (let n = 0; n < 35; n += 1) found.add((await ask('/api/v1/health', wrong)).status);
    expect([...found]).toEqual([401, 429]);
    expect((await ask('/api/v1/health', { token })).status).toBe(200);
  });
});

describe('limits', () => {
  it('a flood of questions is turned away, and does not use up what may act', async () => {
    const token = desk.token();
    const found: number[] = [];
    for (let round = 0; round < 30 && !found.includes(429); round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          raw('GET /api/v1/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'.repeat(300)),
        ),
      );
      found.push(...answers.map((text) => (text.includes(' 429 ') ? 429 : 200)));
      if (found.includes(429)) {
        const limited = answers.find((text) => text.includes(' 429 ')) ?? '';
        expect(limited).toContain('"reason":"per_address"');
        expect(limited).toMatch(/retry-after: \d/);
      }
    }
    expect(found).toContain(429);
    const stop = await ask('/api/v1/emergency/reduce_only', { method: 'POST', token });
    expect(stop.status).toBe(503);
    expect(desk.asked).toBe(1);
  });

  it('what acts is limited for each token', async () => {
    const first = desk.token(['emergency:write'], 'first');
    const second = desk.token(['emergency:write'], 'second');
    const stop = async (token: string) =>
      (await ask('/api/v1/emergency/reduce_only', { method: 'POST', token })).status;
    const found: number[] = [];
    for (let n = 0; n < 22; n += 1) found.push(await stop(first));
    expect(found).toEqual([...Array<number>(20).fill(503), 429, 429]);
    expect(await stop(second)).toBe(503);
  });
});

describe('a loop that hangs', () => {
  it('is told of with 503 in bounded time', async () => {
    const token = desk.token();
    // The thread of this test is that of the loop: asked from another process, it does not answer.
    const url = `${server.url}/api/v1/emergency/reduce_only`;
    const code = `fetch('${url}',{method:'POST',headers:{authorization:'Bearer ${token}'}})
      .then(async (r) => console.log(r.status, await r.text()))`;
    const child = spawn(process.execPath, ['-e', code]);
    let out = '';
    child.stdout.on('data', (piece: Buffer) => {
      out += piece.toString();
    });
    const ended = new Promise((done) => child.once('close', done));
    await new Promise((done) => child.once('spawn', done));
    const from = performance.now();
    while (performance.now() - from < 3_000);
    await ended;
    expect(out.trim()).toBe('503 {"error":"unavailable","reason":"loop_silent"}');
  });
});
