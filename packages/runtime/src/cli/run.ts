import { resolve } from 'node:path';
import { readVenueKeyFile } from '../config/venue-key-file.ts';
import { trade } from '../main.ts';
import { hostOf, isLoopbackHost } from '../loopback.ts';
import { complain, type ExitCode, type Io, tell } from './io.ts';
import { prepare, type Prepared, type RunArguments } from './run-options.ts';

export interface RunVerbArguments extends RunArguments {
  readonly url?: string;
  readonly key?: string;
  readonly secret?: string;
  readonly keyFile?: string;
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
    const credentials = simulatedKey(given, io);
    return credentials === null ? null : { endpoint, credentials };
  }
  const { url, key: id, secret, keyFile } = given;
  if ([url, id, secret, keyFile].some((each) => each !== undefined)) {
    const detail = '--url, --key, --secret and --key-file are for the simulated exchange';
    return refuse('not_for_this_venue', detail);
  }
  if (given.shift !== undefined) return refuse('not_for_this_venue', '--shift is for recordings');
  const key = secrets.venueKey;
  if (key === null) return refuse('no_credentials', 'this venue needs a key');
  return {
    endpoint,
    credentials: { clientId: key.clientId, clientSecret: key.clientSecret.reveal() },
  };
}

/**
 * The simulated exchange's development keys are no secrets: it tells them to whoever starts it. A
 * key of its own is named by its file, which a list of processes may show.
 */
function simulatedKey(given: RunVerbArguments, io: RunIo): VenueChoice['credentials'] {
  const { key, secret, keyFile } = given;
  const refuse = (rule: string, detail: string): null => {
    complain(io, { place: 'run', rule, detail });
    return null;
  };
  if (keyFile === undefined) {
    if (key !== undefined && secret !== undefined) return { clientId: key, clientSecret: secret };
    return refuse('no_credentials', 'give --key and --secret as the exchange printed them');
  }
  if (key !== undefined || secret !== undefined) {
    return refuse('key_given_twice', 'give --key-file, or --key and --secret');
  }
  const read = readVenueKeyFile(resolve(io.cwd, keyFile));
  return read.ok ? read.key : refuse(read.code, read.detail);
}
