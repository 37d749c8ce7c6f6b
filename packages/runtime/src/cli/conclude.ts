import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { toMarkdown } from '../report/markdown.ts';
import { isSound, type RunReport } from '../report/run-report.ts';
import { type ExitCode, type Io, systemTrouble, complain, tell } from './io.ts';

/**
 * Says the report, writes it as JSON with Markdown beside it, always into the run's folder and
 * wherever `--report` asked for it. Exit code 0 when the run is sound, 1 when it is not.
 */
export function conclude(
  report: RunReport,
  folder: string,
  wanted: string | undefined,
  venueCounts: boolean,
  io: Pick<Io, 'out' | 'err' | 'cwd'>,
): ExitCode {
  const markdown = toMarkdown(report);
  io.out('');
  for (const line of markdown.split('\n')) tell(io, line);
  const paths = [join(folder, 'report.json')];
  if (wanted !== undefined) paths.push(resolve(io.cwd, wanted));
  let written = true;
  for (const path of paths) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
      writeFileSync(`${path.replace(/\.json$/, '')}.md`, markdown);
      tell(io, `report     ${path}`);
    } catch (error) {
      complain(io, systemTrouble(path, error));
      written = false;
    }
  }
  if (!written) return 2;
  return isSound(report, venueCounts) ? 0 : 1;
}
