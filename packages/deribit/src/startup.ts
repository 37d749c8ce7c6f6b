import type { Authority } from './authority.ts';
import type { RpcAnswer, RpcParams } from './protocol/rpc.ts';
import type { RpcClient } from './rpc-client.ts';
import { HEARTBEAT_S, type Unprepared } from './session.ts';
import type { Timekeeper } from './timekeeper.ts';

export interface StartupPorts {
  readonly rpc: RpcClient;
  readonly timekeeper: Timekeeper;
  /** Null: a session without credentials hears the market and sends no order. */
  readonly authority: Authority | null;
  readonly list: (done: (fault: string | null) => void) => void;
  readonly subscribe: (done: (fault: string | null) => void) => void;
}

type Done = (fault: Unprepared | null) => void;
type Step = (ports: StartupPorts, done: Done) => void;

/**
 * From an open socket to the first order. Each step is one the next relies on: the signature of the
 * authentication needs the venue's time, an order needs to be cancelled if we are cut off, a book
 * needs its instrument's grid, and orders need someone who hears what becomes of them.
 */
const STEPS: readonly Step[] = [
  ({ timekeeper }, done) => timekeeper.start(asUnprepared('time', done)),
  (ports, done) => {
    const params = { interval: HEARTBEAT_S };
    demand(ports, 'public/set_heartbeat', params, asUnprepared('heartbeat', done));
  },
  authenticate,
  ({ list }, done) => list(asUnprepared('instruments', done)),
  ({ subscribe }, done) => subscribe(asUnprepared('subscriptions', done)),
];

/** Answers once: null when everything is in place, or the first thing that is not. */
export function prepare(ports: StartupPorts, done: Done): void {
  const next = (index: number): void => {
    const step = STEPS[index];
    if (step === undefined) return done(null);
    step(ports, (fault) => (fault === null ? next(index + 1) : done(fault)));
  };
  next(0);
}

function authenticate(ports: StartupPorts, done: Done): void {
  const { authority } = ports;
  if (authority === null) return done(null);
  authority.authenticate((granted) => {
    if (!granted.ok) return done({ detail: `auth: ${granted.fault}`, refused: granted.refused });
    if (!canTrade(granted.scope)) return done(null);
    cancelOnDisconnect(ports, asUnprepared('cancel_on_disconnect', done));
  });
}

/**
 * A key that cannot place an order leaves none behind. Deribit leaves out the scopes of a key that
 * may do everything, so only what is said to be less is less.
 */
function canTrade(scope: string): boolean {
  const words = scope.split(' ');
  return !words.includes('trade:read') && !words.includes('trade:none');
}

/**
 * Orders must not outlive us unwatched (D-18). To turn it on takes `account:read_write`; a key
 * without that needs an account that has it on for every connection, and we see to it.
 */
function cancelOnDisconnect(ports: StartupPorts, done: (fault: string | null) => void): void {
  const scope = { scope: 'connection' };
  demand(ports, 'private/enable_cancel_on_disconnect', scope, (refused) => {
    if (refused === null) return done(null);
    const method = 'private/get_cancel_on_disconnect';
    ports.rpc.call({ method, params: scope, urgent: true }, (answer) => {
      done(answer.ok === true && isEnabled(answer.result) ? null : refused);
    });
  });
}

function isEnabled(result: unknown): boolean {
  return (
    typeof result === 'object' && result !== null && 'enabled' in result && result.enabled === true
  );
}

function demand(
  { rpc }: StartupPorts,
  method: string,
  params: RpcParams,
  done: (fault: string | null) => void,
): void {
  rpc.call({ method, params, urgent: true }, (answer) => done(faultOf(answer)));
}

function faultOf(answer: RpcAnswer): string | null {
  if (answer.ok === true) return null;
  return answer.ok === null ? answer.fault : `${answer.error.code} ${answer.error.message}`;
}

function asUnprepared(step: string, done: Done): (fault: string | null) => void {
  return (fault) => done(fault === null ? null : { detail: `${step}: ${fault}`, refused: false });
}
