/**
 * A process that asks `argv[2]` for the status `argv[3]` times a second for as long as its parent
 * lives, over a few kept connections; what it asked and got, and in how many seconds, it says when
 * it is told to stop.
 */
import { Agent, request } from 'undici';

const [, , url = '', rate = '0'] = process.argv;
const EVERY_MS = 5;
const perBeat = (Number(rate) * EVERY_MS) / 1_000;
const agent = new Agent({ connections: 8, pipelining: 1 });
let asked = 0;
let answered = 0;
let owed = 0;
const from = performance.now();
let at = from;

/** Beyond this the asked one does not keep up: what is not asked is not answered either. */
const WAITING_MAX = 256;
let waiting = 0;

const ask = async (): Promise<void> => {
  waiting += 1;
  const { statusCode, body } = await request(url, { dispatcher: agent });
  await body.dump();
  if (statusCode === 200) answered += 1;
};
const done = (): void => {
  waiting -= 1;
};

const timer = setInterval(() => {
  const now = performance.now();
  // A beat that came late is made up for: the rate is the rate.
  owed += ((now - at) / EVERY_MS) * perBeat;
  at = now;
  for (; owed >= 1; owed -= 1) {
    asked += 1;
    if (waiting < WAITING_MAX) void ask().then(done, done);
  }
}, EVERY_MS);

process.on('message', () => {
  clearInterval(timer);
  const seconds = (performance.now() - from) / 1_000;
  process.send?.({ asked, answered, seconds }, () => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
