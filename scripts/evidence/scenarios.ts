/** The break-glass scenarios, told by the simulator: the same code on a clock that is wound. */
import { complaintOf, holdfast } from './commands.ts';

const NAMES = ['break-glass', 'break-glass-reduce'];
const LINE_MAX = 220;

export interface ScenarioRun {
  readonly passed: boolean;
  /** Opens refused because of the mode. */
  readonly refused: number;
  /** The telling, one line each, shortened. */
  readonly text: string;
}

export async function runScenarios(root: string): Promise<ScenarioRun> {
  const parts: string[] = [];
  let passed = true;
  let refused = 0;
  for (const name of NAMES) {
    const said = await holdfast(root, ['drill', name]);
    if (said.code !== 0) passed = false;
    const lines = said.out.split('\n').filter((line) => line.trim() !== '');
    refused += lines.filter(isRefusal).length;
    parts.push(`$ holdfast drill ${name}`, ...(lines.length > 0 ? lines : [complaintOf(said)]), '');
  }
  const text = parts.map((line) => (isRefusal(line) ? refusalIn(line) : line).slice(0, LINE_MAX));
  return { passed, refused, text: `${text.join('\n')}\n` };
}

const isRefusal = (line: string): boolean =>
  line.includes('intentRejected') && line.includes('"code":"TradingModeForbidsOpen"');

/** When, what, and why; the numbers every gate looked at are in the telling itself. */
function refusalIn(line: string): string {
  const head = /^\s*\S+ s\s+core\s+intentRejected/.exec(line)?.[0] ?? '';
  const kind = /intentClass=\S+/.exec(line)?.[0] ?? '';
  const why = /reject=\{.*?\}\}/.exec(line)?.[0] ?? '';
  return `${head} ${kind} ${why}`;
}
