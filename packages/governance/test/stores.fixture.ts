/** PostgreSQL and Redis of this machine, for operations whose gates ask them. */
import { connect } from 'node:net';
import type { Declaration } from '../src/operations/declaration.ts';
import type { Gate } from '../src/operations/gate.ts';

const REDIS = { url: 'redis://127.0.0.1:6379', port: 6379 };
const POSTGRES = { url: 'postgres://postgres@127.0.0.1:5432/postgres', port: 5432 };
const GATES: readonly Gate[] = [
  { kind: 'redis', command: ['EXISTS', 'holdfast:nothing'], equals: 0 },
  {
    kind: 'postgres',
    query: "SELECT datname FROM pg_database WHERE datname = 'postgres'",
    equals: 'postgres',
  },
];

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}

export const areStoresHere = (await answers(REDIS.port)) && (await answers(POSTGRES.port));
if (!areStoresHere) console.warn('PostgreSQL or Redis is not here: no operation asks them');

/** The same operation, and both stores hold what they should before and after it. */
export function askingStores(declaration: Declaration): Declaration {
  if (!areStoresHere) return declaration;
  const uses = { ...declaration.uses, redis: REDIS.url, postgres: POSTGRES.url };
  return { ...declaration, uses, verification: [...declaration.verification, ...GATES] };
}
