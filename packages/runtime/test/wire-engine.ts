/** A whole engine on the folder of a bench, over a real WebSocket; told to start in one place. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from '../src/cli/run-options.ts';
import { createClock } from '../src/clock.ts';
import { type Engine, type EngineOptions, startEngine } from '../src/run/engine.ts';

export interface WirePlace {
  /** Holds the configuration, the certificate and the run. */
  readonly root: string;
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Rejects with what was said when it does not start. */
export async function startWireEngine(
  { root, endpoint, clientId, clientSecret }: WirePlace,
  options: Pick<EngineOptions, 'strategies' | 'onEvent' | 'onEffect'> &
    Partial<Pick<EngineOptions, 'linked'>>,
): Promise<Engine> {
  const prepared = prepare(
    'wire-engine',
    {
      run: join(root, 'run'),
      policy: join(root, 'config/policy.json'),
      runtime: join(root, 'config/runtime/dev.json'),
    },
    {
      out: () => undefined,
      err: (line) => writeSync(2, `${line}\n`),
      cwd: root,
      root,
      env: {},
      now: Date.now,
    },
    false,
  );
  if (prepared === null) throw new Error('not prepared');
  const started = await startEngine({
    root,
    env: {},
    ...prepared,
    endpoint,
    credentials: { clientId, clientSecret },
    clock: createClock(),
    linked: [],
    ...options,
  });
  if (!started.ok) throw new Error(JSON.stringify(started.trouble));
  return started.engine;
}
