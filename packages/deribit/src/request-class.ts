import type { RequestClass } from './pacer.ts';
import { isMethod, METHODS } from './protocol/methods.ts';
import type { RpcParams } from './protocol/rpc.ts';
import type { Call } from './rpc-client.ts';

/** Its answer takes the time of its size, and says nothing of the network. */
export function isBulk({ method }: Call): boolean {
  return method === 'public/get_instruments' || method.endsWith('subscribe');
}

/** A reduction that takes what is there now goes before one that may rest. */
export function requestClassOf(method: string, params: RpcParams): RequestClass {
  if (method.startsWith('private/cancel')) return 'CANCEL';
  if (params['reduce_only'] !== true) return 'OPEN';
  return params['time_in_force'] === 'immediate_or_cancel' ? 'EMERGENCY_CLOSE' : 'HEDGE';
}

/** Whatever the matching engine is asked for, but a cancel. */
export function mayTrade(method: string): boolean {
  if (!isMethod(method) || method.startsWith('private/cancel')) return false;
  return METHODS[method].engine === 'matching';
}
