/** Takes the environment, says so, and lives until it is killed. */
import { takeLease } from '../src/operations/run/latch.ts';

const [folder = '', operationsLock = '', operationId = ''] = process.argv.slice(2);
const place = { folder, environment: 'PAPER', operationsLock, clock: () => Date.now() } as const;
const answer = takeLease(place, {
  operationId,
  environment: 'PAPER',
  requestedBy: 'release',
  impact: 'direct',
  use: 'run',
});
if (answer.taken) answer.lease.lockTrading();
process.stdout.write(answer.taken ? `${answer.lease.token}\n` : `${answer.code}\n`);
setInterval(() => undefined, 1_000);
