import { trade } from '../main.ts';
import { hostOf, isLoopbackHost } from '../loopback.ts';
import { complain, type ExitCode, type Io, tell } from './io.ts';
import { prepare, type Prepared, type RunArguments } from './run-options.ts';

export interface RunVerbArguments extends RunArguments {
  readonly url?: string;
  readonly key?: string;
  readonly secret?: string;
  readonly shift?: number;
}

type RunIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root' | 'env' | 'now'>;

/**
 * `holdfast run`: one engine on a venue that runs already. Started again on the same run folder it
 * recovers from the ledger there, and sends nothing twice.
 */
export async function run(given: RunVerbArguments, io: RunIo): Promise<ExitCode> {
  const prepared = prepare('run', given, io, false);
  if (prepared === null) return 2;
  const venue = venueOf(given, prepared, io);
  if (venue === null) return 2;
  tell(io, `run        ${prepared.folder.path}`);
  tell(io, `venue      ${venue.endpoint}`);
  const shiftMs = given.shift ?? 0;
  return await trade({ prepared, given, ...venue, shiftMs, exchange: null, paperRun: null }, io);
}

interface VenueChoice {
  readonly endpoint: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string } | null;
}

/** The simulated exchange's keys are no secrets: it tells them to whoever starts it. */
function venueOf(given: RunVerbArguments, prepared: Prepared, io: RunIo): VenueChoice | null {
  const refuse = (rule: string, detail: string): null => {
    complain(io, { place: 'run', rule, detail });
    return null;
  };
  const { runtime, secrets } = prepared.configuration;
  const endpoint = given.url ?? runtime.connection.url;
  if (endpoint === null) return refuse('no_endpoint', 'give --url, or set connection.url');
  const host = hostOf(endpoint);
  if (host === null) return refuse('bad_endpoint', `${endpoint} is no WebSocket address`);
  if (runtime.venue === 'simulated') {
    if (!isLoopbackHost(host)) return refuse('not_loopback', `${host} is not on this machine`);
    if (given.key === undefined || given.secret === undefined) {
      return refuse('no_credentials', 'give --key and --secret as the exchange printed them');
    }
    return { endpoint, credentials: { clientId: given.key, clientSecret: given.secret } };
  }
  if (given.key !== undefined || given.secret !== undefined || given.url !== undefined) {
    return refuse('not_for_this_venue', '--url, --key and --secret are for the simulated exchange');
  }
  if (given.shift !== undefined) return refuse('not_for_this_venue', '--shift is for recordings');
  const key = secrets.venueKey;
  if (key === null) return refuse('no_credentials', 'this venue needs a key');
  return {
    endpoint,
    credentials: { clientId: key.clientId, clientSecret: key.clientSecret.reveal() },
  };
}
