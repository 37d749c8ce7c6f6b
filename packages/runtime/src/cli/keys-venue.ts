import { encodeRequest, parseFrame, type RpcAnswer } from '@holdfast/deribit/protocol';

/** One request to the exchange as one key, or as nobody. */
export interface VenueCaller {
  call(method: string, params: object, token: string | null): Promise<RpcAnswer>;
}

const ANSWER_BYTES_MAX = 1 << 20;

/**
 * JSON-RPC in the body of a POST, so that no secret stands in an address, where logs would keep it.
 * A redirection is a fault: credentials are for the host that was named and for no other.
 */
export function venueOverHttp(baseUrl: string, timeoutMs: number): VenueCaller {
  let id = 0;
  return {
    async call(method, params, token) {
      id += 1;
      try {
        const response = await fetch(`${baseUrl.replace(/\/$/, '')}/${method}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token === null ? {} : { authorization: `bearer ${token}` }),
          },
          body: encodeRequest(id, method, { ...params }),
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        });
        return answerOf(id, await boundedText(response));
      } catch (error) {
        return { ok: null, fault: faultOf(error) };
      }
    },
  };
}

function answerOf(id: number, text: string | null): RpcAnswer {
  if (text === null) return { ok: null, fault: `more than ${ANSWER_BYTES_MAX} bytes` };
  const frame = parseFrame(text);
  if (frame.kind === 'answer' && frame.id === id) return frame.answer;
  const what = frame.kind === 'fault' ? `${frame.fault} ${frame.detail}` : frame.kind;
  return { ok: null, fault: `no answer to the request: ${what}` };
}

async function boundedText(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > ANSWER_BYTES_MAX) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The name of what went wrong; the text of a network error may repeat what was sent. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unreachable';
  const cause: unknown = error.cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
  return `unreachable (${code})`;
}
