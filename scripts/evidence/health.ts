/** What the two commands said: with all well, and with a policy that is not there. */
import { documentOf, holdfast, type Said } from './commands.ts';
import type { Made } from './pack.ts';
import { ofSimulatedRun } from './provenance.ts';

const PATH = 'health/observed.json';
const MISSING_POLICY = { HOLDFAST_POLICY_PATH: './config/missing_policy.json' };

interface Healthy {
  readonly health: Said;
  readonly status: Said;
}

/** `healthy` is null where no engine could be asked; then nothing is recorded at all. */
export async function observeHealth(
  root: string,
  healthy: Healthy | string,
  buildId: string,
): Promise<Made> {
  if (typeof healthy === 'string') return { path: PATH, why: healthy };
  const unhealthy = {
    health: await holdfast(root, ['health', '--json'], MISSING_POLICY),
    status: await holdfast(root, ['status', '--json'], MISSING_POLICY),
  };
  const seen = {
    healthy: { health: shown(healthy.health), status: shown(healthy.status) },
    policy_missing: { health: shown(unhealthy.health), status: shown(unhealthy.status) },
  };
  const text = `${JSON.stringify(seen, null, 2)}\n`;
  return { path: PATH, provenance: ofSimulatedRun(buildId), text };
}

const placeless = (word: string): string => (word.startsWith('/') ? '<run folder>' : word);

/** The folder of this machine is no part of the evidence. */
function shown(said: Said): object {
  const document = documentOf(said);
  const hidden = (text: unknown): unknown =>
    typeof text === 'string' ? text.replaceAll(/\/[^\s"]*\//g, '…/') : text;
  const errors = document?.['errors'];
  return {
    command: ['holdfast', ...said.words.map(placeless)].join(' '),
    exit_code: said.code,
    answer:
      document === null
        ? null
        : {
            ...document,
            ...('runtime_state_path' in document
              ? { runtime_state_path: hidden(document['runtime_state_path']) }
              : {}),
            ...(Array.isArray(errors) ? { errors: errors.map(hidden) } : {}),
          },
  };
}
