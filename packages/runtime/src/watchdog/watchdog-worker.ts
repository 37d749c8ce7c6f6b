/**
 * The watchdog, a process of its own: it hears the engine's ticks, answers each with a heartbeat,
 * and acts when they stay away (contract-1 section 44, decision 0011). It holds no key, opens no
 * connection but the control socket, and ends with its parent.
 */
import { appendFileSync } from 'node:fs';
import { callControl } from '../control/client.ts';
import { WATCHDOG_OPERATOR } from '../control/watchdog-operator.ts';
import { type Answer, isTick } from './message.ts';
import { parseOrders, type WatchdogOrders } from './orders.ts';
import { Vigil } from './vigil.ts';

/** A call that could not be made is made again no faster than this. */
const CALL_INTERVAL_MS = 1_000;

function keepWatch(orders: WatchdogOrders): void {
  const vigil = new Vigil(orders);
  const now = (): number => performance.now();
  const say = (answer: Answer): void => {
    if (process.connected) process.send?.(answer, () => undefined);
  };
  const note = (what: Extract<Answer, { kind: 'noticed' }>['what'], detail: string): void => {
    const silenceMs = Math.round(vigil.silence(now()));
    say({ kind: 'noticed', what, silenceMs, detail });
    write(orders.logPath, { what, silence_ms: silenceMs, detail, engine_pid: orders.enginePid });
  };
  const call = reducer(orders, note);

  let isArmed = false;
  process.on('message', (message) => {
    if (!isTick(message)) return;
    if (call.forget()) note('heard_again', 'the engine ticks again');
    vigil.hear(now());
    if (!isArmed) note('armed', 'first tick heard');
    isArmed = true;
    say({ kind: 'heartbeat', sequence: message.sequence });
  });

  const judge = (): void => {
    const verdict = vigil.judge(now());
    if (verdict === 'well') return;
    if (verdict === 'reduce') return call.make(now(), vigil.silence(now()));
    // Only while the engine is still the parent is its pid certain to be its own.
    if (process.ppid !== orders.enginePid) process.exit(0);
    write(orders.logPath, {
      what: 'kill',
      silence_ms: Math.round(vigil.silence(now())),
      detail: 'SIGKILL: the venue cancels what rests when the connection falls',
      engine_pid: orders.enginePid,
    });
    process.kill(orders.enginePid, 'SIGKILL');
    process.exit(0);
  };
  // Ticks that came while this process was itself kept waiting are read before it judges.
  setInterval(() => setImmediate(judge), orders.checkEveryMs);
}

interface Reducer {
  make(now: number, silenceMs: number): void;
  /** The silence is over. @returns whether there was one. */
  forget(): boolean;
}

/**
 * Asks for reduce-only once per silence. The call stays open until the engine is killed: an engine
 * that comes back finds it waiting.
 */
function reducer(
  orders: WatchdogOrders,
  note: (what: 'silent' | 'reduce_only', detail: string) => void,
): Reducer {
  let state: 'idle' | 'calling' | 'done' = 'idle';
  let notBefore = 0;
  return {
    make(now, silenceMs) {
      if (state !== 'idle' || now < notBefore) return;
      state = 'calling';
      notBefore = now + CALL_INTERVAL_MS;
      note('silent', `no tick for more than ${orders.silenceMs} ms`);
      const request = {
        kind: 'emergency',
        command: 'reduce_only',
        reason: `no completed tick for ${Math.round(silenceMs)} ms`,
        operator: WATCHDOG_OPERATOR,
      } as const;
      void callControl(orders.controlPath, request, orders.killAfterMs).then((reply) => {
        if (state === 'calling') state = reply.ok && reply.status === 200 ? 'done' : 'idle';
        note(
          'reduce_only',
          reply.ok ? JSON.stringify(reply.body) : `${reply.code} ${reply.detail}`,
        );
      });
    },
    forget() {
      const wasSilent = state !== 'idle';
      state = 'idle';
      return wasSilent;
    },
  };
}

/** A few lines per silence, kept also when the engine they are about is gone. */
function write(path: string | null, line: Readonly<Record<string, unknown>>): void {
  if (path === null) return;
  try {
    const at = new Date().toISOString();
    appendFileSync(path, `${JSON.stringify({ at, ...line })}\n`, { mode: 0o600 });
  } catch {
    // A disk that takes no line must not keep the watchdog from its work.
  }
}

// Ctrl-C is the engine's to handle: it still needs watching while it cancels what it has out.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
const orders = parseOrders(process.argv[2]);
if (orders === null) process.exit(2);
keepWatch(orders);
