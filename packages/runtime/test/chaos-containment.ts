/**
 * So many pairs over real processes, of each of which one leg is refused by the line: how long it
 * was naked, as the engine records it. Prints one line of JSON.
 *   chaos-containment.ts <pairs>
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosDesk } from './chaos-desk.ts';

const TRIES_MAX = 6;
const PAUSE_MS = 700;
const INCIDENT_MS = 4_000;
/** A busy machine trips bunker mode, which takes two quiet minutes to leave. */
const ACTIVE_MS = 300_000;

/** One pair; what the engine said of its incident, or nothing where it missed. */
async function breakPair(desk: ChaosDesk): Promise<boolean> {
  const since = Date.now();
  desk.relay.refuse({
    methods: ['private/buy'],
    code: 10_009,
    message: 'not_enough_funds',
    sparesReductions: true,
  });
  desk.say('pair');
  const told = (): boolean => desk.heard('atomicNakedEvent', since).length > 0;
  await desk.until('an incident', told, INCIDENT_MS).catch(() => desk.say('quiet'));
  desk.relay.refuse(null);
  await sleep(PAUSE_MS);
  return told();
}

const wanted = Number(process.argv[2]);
if (!(wanted >= 1)) throw new Error('chaos-containment.ts <pairs>');
const desk = await ChaosDesk.open('containment');
try {
  await desk.start();
  let found = 0;
  for (let tries = 0; found < wanted && tries < wanted * TRIES_MAX; tries += 1) {
    await desk.untilActive(ACTIVE_MS);
    if (await breakPair(desk)) found += 1;
  }
} finally {
  const incidents = desk.heard('atomicNakedEvent', 0).map((line) => ({
    ms: line['timeToDeltaNeutralMs'],
    neutral: line['exposureAfter'] === 0,
    closes: line['closeAttempts'],
    hedged: line['hedgeUsed'],
    cause: line['cause'],
  }));
  const { refused } = desk.relay;
  const exchange = await desk.close();
  const duplicates = exchange?.duplicate_dispatch_count ?? null;
  process.stdout.write(`${JSON.stringify({ refused, duplicates, incidents })}\n`);
}
