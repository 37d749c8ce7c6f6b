/**
 * An engine that does what it is told, for `watchdog.test.ts`: it ticks, has a control socket and a
 * watchdog, and blocks its loop on request. Speaks lines of JSON on its standard output.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClock } from '../src/clock.ts';
import { startControl } from '../src/control/server.ts';
import { startWatchdog } from '../src/watchdog/watchdog.ts';
import { openInMemory } from './memory-open.ts';
import { startTrader } from './trader-fixture.ts';

const [folder = '', silenceMs = '', killAfterMs = ''] = process.argv.slice(2);
const clock = createClock();
const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

let ticks = 0;
const trader = await startTrader({
  runId: 'run-1',
  journal: null,
  telemetry: { report: () => undefined },
  openLedger: openInMemory(clock),
  onEvent: (event) => {
    if (event.kind === 'ticked') ticks += 1;
    if (event.kind === 'operatorCommanded') say({ commanded: event, mode: trader.mode() });
  },
});
/** Nobody's signature counts here. */
const TRUST = {
  environment: 'dev',
  runId: 'none',
  trustRootsPath: '/nowhere/trust-roots.json',
  acceptsDevelopmentKeys: false,
  now: () => Date.now(),
};

const { runtime } = trader;
await startControl({
  path: join(folder, 'control.sock'),
  sources: {
    state: runtime.state,
    post: runtime.post,
    now: () => clock.now(),
    isRunning: () => true,
    status: () => ({ trading_mode: trader.mode(), ticks }),
    health: () => ({ ok: true }),
    trust: TRUST,
  },
});
const watchdog = startWatchdog({
  controlPath: join(folder, 'control.sock'),
  logPath: join(folder, 'watchdog.jsonl'),
  silenceMs: Number(silenceMs),
  killAfterMs: Number(killAfterMs),
  onHeartbeat: () => say({ heartbeat: Math.round(performance.now()) }),
  onNews: (news) => say({ news }),
});
const beating = setInterval(() => watchdog.beat(), 20);
say({ ready: process.pid });

createInterface({ input: process.stdin }).on('line', (line) => {
  const [word, ms = '0'] = line.split(' ');
  if (word === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
  if (word === 'mute') clearInterval(beating);
  if (word === 'close') void watchdog.close().then(() => say({ closed: watchdog.pid() }));
});
