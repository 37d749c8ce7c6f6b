/** A control plane for tests: the real thread of the port, with tokens of its own. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpNews, type HttpOptions, type HttpServer, startHttp } from '../src/http/server.ts';
import { type Scope, SCOPES } from '../src/tokens/token-document.ts';
import { changeTokenFile } from '../src/tokens/token-file.ts';
import { mintToken, withoutToken, withToken } from '../src/tokens/token.ts';

export const HEALTH = { ok: true, build_id: 'abc', contract_version: '5.2' } as const;
const DAY_MS = 86_400_000;

export class HttpDesk {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-http-'));
  readonly tokensPath = join(this.folder, 'tokens.json');
  readonly news: HttpNews[] = [];
  /** How often the thread of the loop was asked for anything. */
  asked = 0;

  /** @returns a token that may do `scopes`; all of them unless told otherwise. */
  token(scopes: readonly Scope[] = SCOPES, name = 'desk', livesMs = DAY_MS): string {
    const now = Date.now();
    const { token, entry } = mintToken({ name, scopes, now, expiresAt: now + livesMs });
    changeTokenFile(this.tokensPath, (document) => ({
      document: withToken(document, entry) ?? document,
      result: null,
    }));
    return token;
  }

  revoke(name: string): void {
    changeTokenFile(this.tokensPath, (document) => ({
      document: withoutToken(document, name, Date.now()).document,
      result: null,
    }));
  }

  async open(change: Partial<HttpOptions> = {}): Promise<HttpServer> {
    const server = await startHttp({
      host: '127.0.0.1',
      port: 0,
      tls: 'none',
      tokensPath: this.tokensPath,
      isReadingOpen: true,
      runId: 'run-1',
      health: HEALTH,
      staleAfterMs: 5_000,
      sources: {
        metrics: () => {
          this.asked += 1;
          return Promise.resolve('# HELP x\nx 1\n');
        },
        reduceOnly: () => {
          this.asked += 1;
          return { ok: false, refusal: 'engine_stopped' };
        },
      },
      onNews: (news) => this.news.push(news),
      ...change,
    });
    return server;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly token?: string;
}

/** What comes back for bytes no client of ours would send. */
export function askRaw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString();
    });
    socket.once('close', () => resolve(text));
    socket.once('error', reject);
  });
}

export const json = (text: string): Record<string, unknown> =>
  JSON.parse(text) as Record<string, unknown>;

/** On a connection of its own. */
export function ask(url: string, path: string, asked: Asked = {}): Promise<Heard> {
  const { method = 'GET', body, token } = asked;
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined
      ? {}
      : {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        }),
    ...asked.headers,
  };
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const call = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (piece: Buffer) => {
        text += piece.toString();
      });
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}

/** Waits until an asker is content. */
export async function untilTold(
  holds: () => Promise<boolean>,
  what: string,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
