/**
 * The order of the rooms inside core (ARCHITECTURE §4): a room knows its own layer and those below
 * it.
 */
import { isTestSide, resolveRelative } from './source.ts';
import type { Finding, Source } from './source.ts';

const SRC = 'packages/core/src/';

/**
 * Lowest first. A folder stands for its files; a file at the root of core is named with its ending.
 */
const LAYERS: readonly (readonly string[])[] = [
  // The last three are word lists: the modes and codes that records and decisions carry.
  [
    'values',
    'assert.ts',
    'strict-json.ts',
    'parse.ts',
    'guard/mode.ts',
    'guard/codes.ts',
    'gates/reject.ts',
  ],
  ['instrument', 'market', 'intent', 'proof', 'policy'],
  ['order', 'position', 'ledger', 'cash-event.ts', 'facts.ts', 'apply-cash.ts'],
  [
    'gates',
    'guard',
    'containment',
    'reconcile',
    'governance',
    'reasons',
    'reasons.ts',
    'decision.ts',
    'event.ts',
    'attested-event.ts',
    'measured-event.ts',
    'effect.ts',
    'strategy.ts',
  ],
  [
    'turn',
    'state.ts',
    'initial-state.ts',
    'apply.ts',
    'apply-groups.ts',
    'fold.ts',
    'step.ts',
    'view.ts',
    'status',
    'status.ts',
    'index.ts',
  ],
];

/** Who may see State: the turn around it. Every other room takes the slice it needs. */
const SEES_STATE = /^(turn\/.+|(apply|step|initial-state|state|view|status)\.ts)$/;

/** The room of a file below core/src: its folder, or its own name; policy-*.ts are one room. */
function roomOf(file: string): string {
  if (LAYERS[0]?.includes(file) === true) return file;
  const [folder = '', inside] = file.split('/');
  if (inside !== undefined) return folder;
  return /^policy(-[a-z-]+)?\.ts$/.test(file) ? 'policy' : folder;
}

const layerOf = (room: string): number => LAYERS.findIndex((layer) => layer.includes(room));

export function checkLayers(sources: readonly Source[]): Finding[] {
  const found: Finding[] = [];
  for (const source of sources) {
    if (!source.path.startsWith(SRC) || isTestSide(source.path)) continue;
    const file = source.path.slice(SRC.length);
    const own = layerOf(roomOf(file));
    if (own < 0) {
      found.push({
        file: source.path,
        line: 1,
        rule: `core has no room '${roomOf(file)}'`,
        fix: 'put the file into a room of core, or give the new room its layer in tidy/layers.ts',
      });
      continue;
    }
    for (const { specifier, line } of source.mentions) {
      if (!specifier.startsWith('.')) continue;
      const target = resolveRelative(source.path, specifier);
      if (!target.startsWith(SRC)) continue;
      const other = target.slice(SRC.length);
      if (other === 'state.ts' && !SEES_STATE.test(file)) {
        found.push({
          file: source.path,
          line,
          rule: 'only the turn sees State (ARCHITECTURE §4)',
          fix: 'take the slice you need as an argument',
        });
      } else if (layerOf(roomOf(other)) > own) {
        found.push({
          file: source.path,
          line,
          rule: `${roomOf(file)} may not know ${roomOf(other)}, which is a layer above it`,
          fix: 'move the shared type into the lower room, or pass the value in from above',
        });
      }
    }
  }
  return found;
}
