import { closed, createParser, type Parsed, type Violation } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { hostOf, isLoopbackHost } from '../loopback.ts';
import { ENVIRONMENT_RULES } from './environments.ts';
import { PROFILES } from './profiles.ts';

export const ENVIRONMENTS = ['dev', 'staging', 'paper', 'micro-live', 'prod'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

const whole = (minimum: number, maximum: number, description: string) =>
  Type.Number({ minimum, maximum, multipleOf: 1, description });

/** Any folder, but spelled out: `..` hides where it leads. */
const folder = (description: string) =>
  Type.String({ minLength: 1, maxLength: 512, pattern: '^(?!.*(^|/)\\.\\.(/|$)).+$', description });

const HttpSchema = Type.Union(
  [
    Type.Literal('none'),
    closed({
      host: Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Any other than a loopback address needs `tls`.',
      }),
      port: whole(0, 65_535, '0 takes any free port.'),
      tls: Type.Union(
        [
          Type.Literal('none'),
          closed({
            certificate: folder('PEM, the whole chain.'),
            key: folder('PEM; readable by its owner alone.'),
          }),
        ],
        { description: 'Certificate and key files; `none` on loopback alone.' },
      ),
      tokens: folder(
        'File of `holdfast token`. In `dev` on loopback reading needs no token; all else does.',
      ),
    }),
  ],
  { description: 'The control plane: `none`, or where it is served.' },
);

const UrlSchema = Type.Union(
  [Type.Null(), Type.String({ minLength: 1, maxLength: 512, pattern: '^wss?://' })],
  { description: 'WebSocket address of the exchange; null: whoever starts the engine says it.' },
);

/** `config/runtime/*.json`: places and sizes; nothing here can loosen a guard. */
export const RuntimeDocumentSchema = closed({
  environment: Type.Enum(ENVIRONMENTS, { description: 'Which environment this process is.' }),
  venue: Type.Enum(['simulated', 'testnet', 'live'], {
    description: 'The exchange it speaks to. `dev` has the built-in one and no other.',
  }),
  enforced_profile: Type.Enum(PROFILES, {
    description: 'Rules this process enforces. This build supports CSP.',
  }),
  connection: closed({
    url: UrlSchema,
    request_timeout_ms: whole(100, 10_000, 'A request unanswered for longer has failed. ms.'),
    heartbeat_interval_s: whole(10, 60, 'What the exchange is asked to test us by. Seconds.'),
    settle_ms: whole(
      0,
      60_000,
      'How long an order of an earlier process may still be on its way when we start. ms.',
    ),
  }),
  run_folder: folder('Where each run gets a folder of its own, readable by its owner alone.'),
  strategies: Type.Array(folder('A document.'), {
    maxItems: 16,
    description:
      'Documents of the strategies that run, relative to the project; none: nothing trades.',
  }),
  ledger: closed({
    segment_bytes: whole(1 << 20, 1 << 30, 'Size of one preallocated segment. Bytes.'),
    queue_capacity: whole(16, 1 << 16, 'Records that may wait for the disk; more are refused.'),
    commit_deadline_ms: whole(10, 60_000, 'A commit that takes longer stops OPEN. Milliseconds.'),
  }),
  decision_log: closed({
    queue_capacity: whole(16, 1 << 20, 'Reports that may wait; more are counted as a gap.'),
  }),
  event_tape: closed({
    max_bytes: whole(
      0,
      1_099_511_627_776,
      'What event tapes for `holdfast replay` may fill of a run folder; 0: none is kept. Bytes.',
    ),
  }),
  disk: closed({
    probe_interval_ms: whole(100, 20_000, 'How often free space is measured. Milliseconds.'),
    budget_bytes: whole(
      1 << 28,
      1_125_899_906_842_624,
      'What a run may fill of the disk; the third opinion counts against it. Bytes.',
    ),
  }),
  loop: closed({
    tick_interval_ms: whole(10, 1_000, 'Hot-loop tick. Milliseconds.'),
    consult_interval_ms: whole(10, 60_000, 'How often strategies are asked. Milliseconds.'),
    reconcile_interval_ms: whole(
      5_000,
      10_000,
      'How often ledger and venue are compared. Milliseconds (contract-1 section 46).',
    ),
  }),
  watchdog: closed({
    silence_ms: whole(
      500,
      5_000,
      'Silence of the loop after which the watchdog stops OPEN. ms (contract-1 section 44).',
    ),
    kill_after_ms: whole(
      1_000,
      60_000,
      'Silence after which it ends the engine, so that the exchange cancels. ms (decision 0011).',
    ),
  }),
  http: HttpSchema,
});

export type RuntimeDocument = Static<typeof RuntimeDocumentSchema>;

const parseShape = createParser(RuntimeDocumentSchema);

export function parseRuntimeDocument(value: unknown): Parsed<RuntimeDocument> {
  const shape = parseShape(value);
  if (!shape.ok) return shape;
  const [first, ...rest] = crossViolations(shape.value);
  if (first !== undefined) return { ok: false, violations: [first, ...rest] };
  return shape;
}

function crossViolations(document: RuntimeDocument): readonly Violation[] {
  const violations: Violation[] = [];
  const { environment, venue, enforced_profile: profile } = document;
  const { venues } = ENVIRONMENT_RULES[environment];
  if (!venues.includes(venue)) {
    const message = `${environment} trades on ${venues.join(' or ')}, never on ${venue}`;
    violations.push({ path: '/venue', rule: 'venue_not_for_environment', message });
  }
  if (profile !== 'CSP') {
    const message = `this build enforces CSP; it cannot claim ${profile}`;
    violations.push({ path: '/enforced_profile', rule: 'profile_not_supported', message });
  }
  violations.push(...placeViolations(document));
  return violations;
}

/** The host each real venue is reached at, and no other. */
const HOSTS = { testnet: 'test.deribit.com', live: 'www.deribit.com' } as const;

/** Whether every address in the document leads where the document says it stands. */
function placeViolations({ venue, connection, http, watchdog }: RuntimeDocument): Violation[] {
  const violations: Violation[] = [];
  const { url } = connection;
  if (url !== null && !isFor(venue, url)) {
    const where = venue === 'simulated' ? 'a loopback address' : `wss://${HOSTS[venue]}`;
    const message = `venue ${venue} is reached at ${where} and nowhere else`;
    violations.push({ path: '/connection/url', rule: 'url_not_for_venue', message });
  }
  if (http !== 'none' && http.tls === 'none' && !isLoopbackHost(http.host)) {
    const message = `${http.host} is no loopback address, and no other is served without TLS`;
    violations.push({ path: '/http/tls', rule: 'tls_required', message });
  }
  if (watchdog.kill_after_ms <= watchdog.silence_ms) {
    const message = 'must be more than silence_ms: the engine gets its chance to reduce first';
    violations.push({ path: '/watchdog/kill_after_ms', rule: 'kill_before_silence', message });
  }
  return violations;
}

/** A user or password in an address would be a secret in a hashed document. */
function isFor(venue: RuntimeDocument['venue'], url: string): boolean {
  const host = hostOf(url);
  if (host === null || new URL(url).username !== '' || new URL(url).password !== '') return false;
  if (venue === 'simulated') return isLoopbackHost(host);
  return url.startsWith('wss://') && host === HOSTS[venue];
}
