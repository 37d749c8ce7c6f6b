/** One GET of a declared origin on the loopback. No redirect is followed and no proxy is asked. */
import { Agent, request } from 'node:http';
import { isLoopbackAddress } from './loopback.ts';

const BODY_MAX = 1 << 20;
const TIMEOUT_MS = 5_000;

export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** It was asked and did not answer as a well service does. */
  | { readonly kind: 'silent'; readonly why: string }
  /** It may not be asked, or its answer could not be read to the end. */
  | { readonly kind: 'unasked'; readonly why: string };

export async function askHttp(url: string, origins: readonly string[]): Promise<HttpAnswer> {
  const unasked = (why: string): HttpAnswer => ({ kind: 'unasked', why });
  if (!URL.canParse(url)) return unasked('no address');
  const address = new URL(url);
  if (address.protocol !== 'http:') return unasked('only http is asked');
  if (address.username !== '' || address.password !== '') return unasked('no user in an address');
  if (!isLoopbackAddress(address.hostname)) return unasked('only the loopback is asked');
  const declared = origins.filter((origin) => URL.canParse(origin));
  if (!declared.some((origin) => new URL(origin).origin === address.origin)) {
    return unasked(`${address.origin} is not declared`);
  }
  return get(address);
}

/** The port of a declared origin on the loopback, for the sandbox. */
export function portOf(origin: string): number | null {
  if (!URL.canParse(origin)) return null;
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== 'http:' || !isLoopbackAddress(hostname)) return null;
  return port === '' ? 80 : Number(port);
}

function get(address: URL): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const silent = (why: string): void => resolve({ kind: 'silent', why });
    // By number: what a name means can be changed.
    const host = address.hostname === 'localhost' ? '127.0.0.1' : address.hostname;
    const asked = request(
      {
        host: host.replace(/^\[|\]$/g, ''),
        port: address.port === '' ? 80 : address.port,
        path: `${address.pathname}${address.search}`,
        headers: { host: address.host, 'user-agent': 'holdfast-ops' },
        agent: new Agent({ keepAlive: false }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      (response) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        response.on('data', (piece: Buffer) => {
          bytes += piece.length;
          pieces.push(piece);
          if (bytes <= BODY_MAX) return;
          resolve({ kind: 'unasked', why: `the answer is longer than ${BODY_MAX} bytes` });
          asked.destroy();
        });
        response.on('error', (error) => silent(error.message));
        response.on('end', () => {
          const body = Buffer.concat(pieces).toString('utf8');
          resolve({ kind: 'answered', status: response.statusCode ?? 0, body });
        });
      },
    );
    asked.on('error', (error) => silent(error.message));
    asked.end();
  });
}
