import type { State } from '../state.ts';

/** Questions of one process are numbered: an answer names the one it is to. */
export function nextRequestId(state: State): number {
  state.observations.polls.requestId += 1;
  return state.observations.polls.requestId;
}
