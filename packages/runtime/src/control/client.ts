import { request as httpRequest } from 'node:http';
import type { Acknowledgement } from './accounting.ts';
import type { Handed } from './attested.ts';
import type { EmergencyCommand } from './command.ts';
import { socketName } from './socket-path.ts';

export type ControlRequest =
  | { readonly kind: 'status' | 'health' | 'orders' | 'positions' }
  | {
      readonly kind: 'emergency';
      readonly command: EmergencyCommand;
      /** Mandatory: it is recorded in the ledger. One line. */
      readonly reason: string;
      readonly operator: string;
    }
  | ({ readonly kind: 'presence' | 'limits_reset' } & Handed)
  | ({ readonly kind: 'accounting_acknowledge' } & Acknowledgement)
  | { readonly kind: 'presence_end'; readonly reason: string; readonly operator: string };

/**
 * `unreachable`: nobody is there, or it left in the middle. `timeout`: somebody is there and does
 * not answer; a command may still be heard later. `malformed`: an answer nobody of ours would give.
 */
export type Reply =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | {
      readonly ok: false;
      readonly code: 'unreachable' | 'timeout' | 'malformed';
      readonly detail: string;
    };

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 4 << 20;

/** Asks the engine that holds the socket at `path`. Never rejects. */
export function callControl(
  path: string,
  request: ControlRequest,
  timeoutMs: number = TIMEOUT_MS,
): Promise<Reply> {
  const body = bodyOf(request);
  return new Promise((resolve) => {
    let socket: ReturnType<typeof socketName>;
    try {
      socket = socketName(path);
    } catch (error) {
      resolve({ ok: false, code: 'unreachable', detail: messageOf(error) });
      return;
    }
    let isOver = false;
    const end = (reply: Reply): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.release();
      call.destroy();
      resolve(reply);
    };
    const call = httpRequest({
      socketPath: socket.name,
      path: pathOf(request),
      method: body === null ? 'GET' : 'POST',
      agent: false,
      headers: body === null ? {} : { 'content-type': 'application/json' },
    });
    const timer = setTimeout(() => {
      end({ ok: false, code: 'timeout', detail: `no answer within ${timeoutMs} ms` });
    }, timeoutMs);
    const fail = (error: Error): void =>
      end({ ok: false, code: 'unreachable', detail: error.message });
    call.on('error', fail);
    call.once('response', (answer) => {
      answer.on('error', fail);
      const pieces: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= ANSWER_BYTES_MAX) pieces.push(piece);
        else end({ ok: false, code: 'malformed', detail: `more than ${ANSWER_BYTES_MAX} bytes` });
      });
      answer.once('end', () => end(replyOf(answer.statusCode ?? 0, Buffer.concat(pieces))));
    });
    call.end(body ?? undefined);
  });
}

function pathOf(request: ControlRequest): string {
  switch (request.kind) {
    case 'emergency':
      return `/api/v1/emergency/${request.command}`;
    case 'presence':
      return '/api/v1/presence';
    case 'presence_end':
      return '/api/v1/presence/end';
    case 'accounting_acknowledge':
      return '/api/v1/accounting/acknowledge';
    case 'limits_reset':
      return '/api/v1/limits/reset';
    default:
      return `/${request.kind}`;
  }
}

function bodyOf(request: ControlRequest): string | null {
  if (request.kind === 'emergency' || request.kind === 'presence_end') {
    return JSON.stringify({ reason: request.reason, operator: request.operator });
  }
  if (request.kind === 'accounting_acknowledge') {
    const { kind: _, ...said } = request;
    return JSON.stringify(said);
  }
  if (request.kind !== 'presence' && request.kind !== 'limits_reset') return null;
  const { name, document, envelope, operator } = request;
  return JSON.stringify({ name, document, envelope, operator });
}

function replyOf(status: number, bytes: Buffer): Reply {
  try {
    return { ok: true, status, body: JSON.parse(bytes.toString('utf8')) };
  } catch (error) {
    return { ok: false, code: 'malformed', detail: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
