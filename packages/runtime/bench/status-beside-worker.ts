/**
 * A process that serves the text it is given as a status, with all the port does for one, and has
 * no engine behind it: what the same requests take of the machine where the engine hears of none.
 */
import { once } from 'node:events';
import { getPriority, setPriority } from 'node:os';
import { RATES } from '../src/http/access.ts';
import { openFront } from '../src/http/front.ts';
import { TokenBook } from '../src/tokens/token-book.ts';

/** As the port's own thread. */
const NICER_BY = 5;

process.on('disconnect', () => process.exit(0));
const [text] = (await once(process, 'message')) as [string];
setPriority(getPriority() + NICER_BY);
const front = await openFront({
  host: '127.0.0.1',
  port: 0,
  tls: null,
  isReadingOpen: true,
  runId: 'beside',
  tokens: new TokenBook('', Date.now),
  rates: RATES,
  engine: {
    status: () => ({ text }),
    health: '{}',
    metrics: async () => null,
    reduceOnly: () => Promise.reject(new Error('there is no engine')),
  },
});
process.send?.(`http://${front.address}:${front.port}/api/v1/status`);
