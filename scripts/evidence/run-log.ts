/** What a run wrote about itself, counted: orders on the wire and refusals, by time. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RunLog {
  /** Orders that can add risk and were sent in `[from, to)`, wall clock. */
  opensSent(from: number, to: number): number;
  reductionsSent(from: number, to: number): number;
  /** Proposals to open that were refused because of the mode. */
  opensRefused(from: number, to: number): number;
}

type Line = Readonly<Record<string, unknown>>;

export function readRunLog(folder: string): RunLog {
  const orders = linesOf(join(folder, 'wire.jsonl')).filter(
    ({ direction, method }) =>
      direction === 'out' && (method === 'private/buy' || method === 'private/sell'),
  );
  const decisions = linesOf(join(folder, 'decisions.jsonl'));
  const count = (lines: readonly Line[], from: number, to: number): number =>
    lines.filter(({ at }) => typeof at === 'number' && at >= from && at < to).length;
  return {
    opensSent: (from, to) =>
      count(
        orders.filter((line) => !isReduction(line)),
        from,
        to,
      ),
    reductionsSent: (from, to) => count(orders.filter(isReduction), from, to),
    opensRefused: (from, to) => count(decisions.filter(isRefusedOpen), from, to),
  };
}

/** A line that cannot be read is no proof of anything; the file's own gap lines are skipped. */
function linesOf(path: string): readonly Line[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
}

/** Only what says `reduce_only: true` on the wire counts as a reduction. */
function isReduction({ text }: Line): boolean {
  if (typeof text !== 'string') return false;
  const request = JSON.parse(text) as { params?: { reduce_only?: unknown } };
  return request.params?.reduce_only === true || String(request.params?.reduce_only) === 'true';
}

function isRefusedOpen({ decision }: Line): boolean {
  if (typeof decision !== 'object' || decision === null) return false;
  const { kind, intentClass, reject } = decision as {
    kind?: string;
    intentClass?: string;
    reject?: { code?: string };
  };
  return (
    kind === 'intentRejected' && intentClass === 'OPEN' && reject?.code === 'TradingModeForbidsOpen'
  );
}
