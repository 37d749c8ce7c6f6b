/**
 * JSON-RPC to the venue. In one process now, a socket later; the order client does not know which.
 */
export interface RpcTransport {
  /**
   * `reply` is called exactly once: with the venue's answer, or with a fault when none will come.
   */
  call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    reply: (answer: RpcAnswer) => void,
  ): void;
}

export type RpcAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: { readonly code: number; readonly message: string } }
  /**
   * No answer: timed out, disconnected, unparseable. Whether the request was executed is unknown.
   */
  | { readonly ok: null; readonly fault: string };
