import { execFileSync } from 'node:child_process';
import { messageOf } from '@holdfast/runtime/proof';

export type GitAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly detail: string };

const OUTPUT_MAX = 1 << 28;
const TIMEOUT_MS = 60_000;

/** Who commits, and the index of the commit that a hook is asked about. */
const OF_A_COMMIT = /^GIT_(INDEX_FILE|(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE))$/;

/** Which repository, and by what settings: said by `root` and what lies there, and nobody else. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('GIT_') || OF_A_COMMIT.test(name),
    ),
  );
}

/** Asks git, without a shell. Every trouble is an answer. */
export function git(root: string, args: readonly string[], input = ''): GitAnswer {
  try {
    const text = execFileSync('git', ['-C', root, ...args], {
      input,
      env: environment(),
      encoding: 'utf8',
      maxBuffer: OUTPUT_MAX,
      timeout: TIMEOUT_MS,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return { ok: true, text };
  } catch (error) {
    return { ok: false, detail: messageOf(error) };
  }
}
